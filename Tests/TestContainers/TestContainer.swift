internal import Architectures
internal import ByteIO
package import DMOE
internal import Tensors
internal import TestSupport

/// A synthetic container, and the contents that readers must return.
///
/// The rings are cut by plain loops, independent of the tested code.
package struct TestContainer: Sendable {
  package let model: DMOEDirectory.Model
  package let widths: [[Int]]
  package let tensors: [DenseTensor]
  package let orders: [[Int]]
  package let files: [(name: String, bytes: [UInt8])]
  /// Tensors of unknown kinds, by section.
  package let others: [Int: [String]]
  package let compression: DMOECompression
  /// Whether the weights stay in the base.
  package let isOverlay: Bool
  package let sourceFormat: DMOEDirectory.SourceFormat

  package init(
    model: DMOEDirectory.Model, widths: [[Int]], tensors: [DenseTensor], orders: [[Int]],
    files: [(name: String, bytes: [UInt8])] = [], others: [Int: [String]] = [:],
    compression: DMOECompression = .none, isOverlay: Bool = false,
    sourceFormat: DMOEDirectory.SourceFormat = .safetensors
  ) {
    self.model = model
    self.widths = widths
    self.tensors = tensors
    self.orders = orders
    self.files = files
    self.others = others
    self.compression = compression
    self.isOverlay = isOverlay
    self.sourceFormat = sourceFormat
  }

  /// Stored items and their uncompressed bytes, by section.
  package var stored: [[(item: DMOEContents.Item, bytes: [UInt8])]] {
    var shared: [(item: DMOEContents.Item, bytes: [UInt8])] = []
    for (layer, order) in orders.enumerated() {
      shared.append(
        (
          .init(kind: .permutation(layer: layer), elementType: .u32, shape: [order.count]),
          order.flatMap { LittleEndian.bytes(of: UInt32($0)) }
        ))
    }
    for file in files {
      shared.append(
        (
          .init(
            kind: .file(TensorName(file.name)), elementType: .u8, shape: [file.bytes.count]),
          file.bytes
        ))
    }
    for tensor in tensors where source(tensor).isStoredWhole && !isOverlay {
      let description = tensor.description
      shared.append(
        (
          .init(
            kind: .source(description.name), elementType: description.elementType,
            shape: description.shape), tensor.bytes
        ))
    }
    let experts = widths[0].count
    var sections = [shared] + (0..<experts).map(ring)
    for (section, kinds) in others {
      for (number, kind) in kinds.enumerated() {
        let bytes = [UInt8](repeating: UInt8(number + 1), count: 100 * number)
        sections[section].append(
          (.init(kind: .other(kind), elementType: .u8, shape: [bytes.count]), bytes))
      }
    }
    return sections
  }

  private func ring(_ ring: Int) -> [(item: DMOEContents.Item, bytes: [UInt8])] {
    var stored: [(item: DMOEContents.Item, bytes: [UInt8])] = []
    for tensor in tensors where !isOverlay {
      guard let cut = tensor.cut, let type = source(tensor).ringType else { continue }
      let start = ring == 0 ? 0 : widths[cut.layer][ring - 1]
      let neurons = orders[cut.layer][start..<widths[cut.layer][ring]]
      for (number, part) in cut.parts.enumerated() {
        let bytes = neurons.flatMap {
          tensor.row(
            ofNeuron: $0, part: number, neurons: model.neurons[cut.layer],
            hidden: model.hiddenSize)
        }
        stored.append(
          (
            .init(
              kind: .part(part, layer: cut.layer), elementType: type,
              shape: part.isBias ? [neurons.count] : [neurons.count, model.hiddenSize]), bytes
          ))
      }
    }
    return stored
  }

  private func source(_ tensor: DenseTensor) -> DMOEDirectory.SourceTensor {
    DMOEDirectory.SourceTensor(tensor.description, cut: tensor.cut)
  }

  package var contents: DMOEContents {
    DMOEContents(
      generator: "tests", model: model, widths: widths, importance: "magnitude",
      sourceFormat: sourceFormat, sourceMetadata: [("format", "pt"), ("é\n", "\"")],
      sourceTensors: tensors.map(source),
      sections: stored.map { $0.map(\.item) }, compression: compression,
      isOverlay: isOverlay)
  }

  /// Writes the container; returns its path.
  @discardableResult
  package func write(to path: String) throws -> String {
    let writer = try DMOEWriter(contents, path: path)
    for (section, tensors) in stored.enumerated() {
      for (index, tensor) in tensors.enumerated() {
        try writer.write(tensor.bytes, section: section, tensor: index)
      }
    }
    setDigests(writer)
    try writer.finish()
    try writer.file.commit()
    return path
  }

  package func setDigests(_ writer: DMOEWriter) {
    for (index, tensor) in tensors.enumerated() {
      writer.setDigest(.digest(of: tensor.bytes), ofSource: index)
    }
  }
}
