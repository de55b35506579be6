import ByteIO
import Calibration
import Checkpoints
package import DMOE
import Experts
import Kernels
import Tensors
package import Work

extension ContainerAssembly {
  /// Writes the container to a temporary file beside `path`; committing it gives it its name.
  package func write(to path: String, _ context: Context) throws -> DMOEWriter {
    let writer = try DMOEWriter(contents(), path: path)
    for (index, tensor) in writer.directory.sections[0].tensors.enumerated() {
      switch tensor.kind {
      case .permutation(let layer):
        let bytes = layers[layer].order.flatMap { LittleEndian.bytes(of: UInt32($0)) }
        try writer.write(bytes, section: 0, tensor: index)
      case .router(let name, let layer):
        let values = routing?.routers[layer].tensors.first { $0.name == name }?.values ?? []
        let bytes = values.flatMap { LittleEndian.bytes(of: $0.bitPattern) }
        try writer.write(bytes, section: 0, tensor: index)
      case .budgets(let name):
        let values = routing?.budgets?.tensors.first { $0.name == name }?.values ?? []
        let bytes = values.flatMap { LittleEndian.bytes(of: $0.bitPattern) }
        try writer.write(bytes, section: 0, tensor: index)
      case .sensitivity:
        let bytes = (sensitivities ?? []).flatMap { LittleEndian.bytes(of: $0.bitPattern) }
        try writer.write(bytes, section: 0, tensor: index)
      case .file(CalibrationWindows.name):
        try writer.write(calibration?.bytes ?? [], section: 0, tensor: index)
      case .source, .file, .part, .compensation, .skipping, .other: continue
      }
    }
    try writeCompensations(writer)
    try writeSkipping(writer)
    if isOverlay {
      try weights.identify(to: writer, context)
    } else {
      try weights.write(to: writer, context)
    }
    try writer.finish { context.progress.report(.closingGaps, done: $0, of: $1) }
    try model.checkpoint.checkUnchanged()
    return writer
  }

  private func writeCompensations(_ writer: DMOEWriter) throws {
    for (section, entry) in writer.directory.sections.enumerated() {
      for (index, tensor) in entry.tensors.enumerated() {
        guard case .compensation(let name, let layer) = tensor.kind else { continue }
        let bytes = Self.bytes(of: experts[layer].compensations[section - 1], name)
        try writer.write(bytes, section: section, tensor: index)
      }
    }
  }

  private static func bytes(of compensation: Compensation, _ name: String) -> [UInt8] {
    switch name {
    // The values are rounded to BF16 already: the dropped lower halves are zero.
    case "first.weight": upperHalves(compensation.first.values)
    case "second.weight": upperHalves(compensation.second.values)
    default: compensation.bias.flatMap { LittleEndian.bytes(of: $0.bitPattern) }
    }
  }

  private func writeSkipping(_ writer: DMOEWriter) throws {
    for (section, entry) in writer.directory.sections.enumerated() {
      for (index, tensor) in entry.tensors.enumerated() {
        guard case .skipping(let name, let layer) = tensor.kind else { continue }
        let experts = experts[layer]
        guard let skipping = experts.skipping else { continue }
        let bytes =
          switch name {
          case "scale":
            skipping.scales[experts.ranks(ofRing: section - 1)]
              .flatMap { LittleEndian.bytes(of: $0.bitPattern) }
          case "cost":
            experts.costs.priced[section - 1].flatMap { LittleEndian.bytes(of: $0.bitPattern) }
          default: Self.bytes(of: skipping.compensations[section - 1], name)
          }
        try writer.write(bytes, section: section, tensor: index)
      }
    }
  }

  /// BF16 bytes of floats whose lower halves are zero.
  private static func upperHalves(_ values: [Float]) -> [UInt8] {
    values.flatMap { LittleEndian.bytes(of: UInt16($0.bitPattern >> 16)) }
  }
}
