import ByteIO
import DMOE
import Experts
import Kernels
import Models
import Tensors

extension ContainerAssembly {
  /// Writes the container beside its place; it takes its name when the file is committed.
  func write(to path: String, parallel: Parallel, progress: Progress) throws -> DMOEWriter {
    let writer = try DMOEWriter(contents(), path: path)
    let directory = writer.directory
    let places = Places(directory)
    for (index, tensor) in directory.sections[0].tensors.enumerated() {
      switch tensor.kind {
      case .permutation(let layer):
        let bytes = plan.layers[layer].order.flatMap { LittleEndian.bytes(of: UInt32($0)) }
        try writer.write(bytes, section: 0, tensor: index)
      case .file(let name):
        let bytes = try model.checkpoint.companion(name.text) ?? []
        try writer.write(bytes, section: 0, tensor: index)
      case .router(let name, let layer):
        let values = routing?.routers[layer].tensors.first { $0.name == name }?.values ?? []
        let bytes = values.flatMap { LittleEndian.bytes(of: $0.bitPattern) }
        try writer.write(bytes, section: 0, tensor: index)
      case .budgets(let name):
        let values = routing?.budgets?.tensors.first { $0.name == name }?.values ?? []
        let bytes = values.flatMap { LittleEndian.bytes(of: $0.bitPattern) }
        try writer.write(bytes, section: 0, tensor: index)
      case .source, .part, .compensation, .other: continue
      }
    }
    try writeCompensations(writer)
    let sources = directory.sourceTensors
    let done = Counter()
    progress.report("Writing", unit: "tensors", done: 0, of: sources.count)
    try parallel.forEach(sources.count) { (index) throws(any Error) in
      let digest =
        if isOverlay {
          try digest(of: sources[index].description)
        } else if let cut = sources[index].cut {
          try writeRings(of: sources[index].description, cut, places, writer)
        } else {
          try copy(sources[index].description, places, writer)
        }
      writer.setDigest(digest, ofSource: index)
      progress.report("Writing", unit: "tensors", done: done.increment(), of: sources.count)
    }
    try writer.finish { progress.report("Closing gaps", unit: "bytes", done: $0, of: $1) }
    try model.checkpoint.checkUnchanged()
    return writer
  }

  private func writeCompensations(_ writer: DMOEWriter) throws {
    for (section, entry) in writer.directory.sections.enumerated() {
      for (index, tensor) in entry.tensors.enumerated() {
        guard case .compensation(let name, let layer) = tensor.kind else { continue }
        let compensation = experts[layer].compensations[section - 1]
        let bytes =
          switch name {
          // Rounded already: what is cut off are zeros.
          case "first.weight": Self.upperHalves(compensation.first.values)
          case "second.weight": Self.upperHalves(compensation.second.values)
          default: compensation.bias.flatMap { LittleEndian.bytes(of: $0.bitPattern) }
          }
        try writer.write(bytes, section: section, tensor: index)
      }
    }
  }

  /// The BF16 bytes of floats that are such already.
  private static func upperHalves(_ values: [Float]) -> [UInt8] {
    values.flatMap { LittleEndian.bytes(of: UInt16($0.bitPattern >> 16)) }
  }

  /// What an overlay knows its base by.
  private func digest(of tensor: TensorDescription) throws -> SHA256Digest {
    var hasher = SHA256Hasher()
    for start in stride(from: 0, to: tensor.byteCount, by: DMOEContents.blockBytes) {
      let end = min(start + DMOEContents.blockBytes, tensor.byteCount)
      hasher.update(try model.checkpoint.source.read(tensor.name, start..<end))
    }
    return hasher.digest()
  }

  /// Copies a tensor that is not cut, block by block.
  private func copy(
    _ tensor: TensorDescription, _ places: Places, _ writer: DMOEWriter
  ) throws -> SHA256Digest {
    var hasher = SHA256Hasher()
    let (section, index) = places[.source(tensor.name)]
    let size = DMOEContents.blockBytes
    for (block, start) in stride(from: 0, to: tensor.byteCount, by: size).enumerated() {
      let end = min(start + size, tensor.byteCount)
      let bytes = try model.checkpoint.source.read(tensor.name, start..<end)
      hasher.update(bytes)
      try writer.write(bytes, section: section, tensor: index, block: block)
    }
    return hasher.digest()
  }

  /// Reads a tensor that is cut once, and writes its rows by rank.
  private func writeRings(
    of tensor: TensorDescription, _ cut: FeedForwardCut, _ places: Places, _ writer: DMOEWriter
  ) throws -> SHA256Digest {
    let layer = plan.layers[cut.layer]
    let bytes = try model.checkpoint.source.read(tensor.name)
    let digest = SHA256Digest.digest(of: bytes)
    let rows = NeuronRows.neuronMajor(bytes, tensor, cut)
    let neurons = model.configuration.intermediateSize
    let rowBytes = rows.count / (neurons * cut.parts.count)
    for (number, part) in cut.parts.enumerated() {
      var start = 0
      for (ring, end) in layer.widths.enumerated() {
        let indices = layer.order[start..<end].map { $0 + number * neurons }
        let (section, index) = places[.part(part, layer: cut.layer), ring: ring]
        try writer.write(
          Rearrangement.gatherRows(indices[...], of: rows, rowBytes: rowBytes),
          section: section, tensor: index)
        start = end
      }
    }
    return digest
  }
}

/// Where each stored tensor is in a directory.
private struct Places {
  private let places: [[StoredTensor.Kind: Int]]

  init(_ directory: DMOEDirectory) {
    places = directory.sections.map { section in
      Dictionary(
        section.tensors.enumerated().map { ($1.kind, $0) }, uniquingKeysWith: { first, _ in first })
    }
  }

  /// The assembly asks only for what it has laid out itself.
  subscript(kind: StoredTensor.Kind, ring ring: Int? = nil) -> (section: Int, tensor: Int) {
    let section = ring.map { $0 + 1 } ?? 0
    guard let tensor = places[section][kind] else { preconditionFailure("\(kind) has no place") }
    return (section, tensor)
  }
}
