import Architectures
import ByteIO
import Calibration
package import Checkpoints
package import DMOE
import Kernels
import Tensors
package import Work

/// Writer of a dense checkpoint's weights and companion files into a container.
package struct RingWriter: Sendable {
  /// Order of a layer's neurons, and widths of its experts.
  package struct Layer: Sendable {
    package let order: [Int]
    package let widths: [Int]

    package init(order: [Int], widths: [Int]) {
      self.order = order
      self.widths = widths
    }
  }

  let checkpoint: Checkpoint
  /// All tensors of the checkpoint.
  let sources: [DMOEDirectory.SourceTensor]
  let model: DMOEDirectory.Model
  let layers: [Layer]
  /// Whether the checkpoint already stores the neurons of every layer by rank.
  let isRanked: Bool

  package init(
    checkpoint: Checkpoint, sources: [DMOEDirectory.SourceTensor], model: DMOEDirectory.Model,
    layers: [Layer], isRanked: Bool = false
  ) {
    self.checkpoint = checkpoint
    self.sources = sources
    self.model = model
    self.layers = layers
    self.isRanked = isRanked
  }

  /// Total bytes of the checkpoint's tensors, all of which are read.
  package var byteCount: Int { sources.reduce(0) { $0 + $1.description.byteCount } }

  /// Items for the shared section: companion files, and tensors stored whole.
  package func shared() throws -> [DMOEContents.Item] {
    var items: [DMOEContents.Item] = []
    for name in checkpoint.companions {
      guard let bytes = try checkpoint.companion(name) else { continue }
      items.append(.init(kind: .file(TensorName(name)), elementType: .u8, shape: [bytes.count]))
    }
    for source in sources where source.isStoredWhole {
      items.append(
        .init(
          kind: .source(source.description.name), elementType: source.description.elementType,
          shape: source.description.shape))
    }
    return items
  }

  /// Items for a ring's section: the cut tensors of every layer.
  package func ring(_ ring: Int) -> [DMOEContents.Item] {
    var types: [StoredTensor.Kind: ElementType] = [:]
    for source in sources {
      guard let cut = source.cut, let type = source.ringType else { continue }
      for part in cut.parts { types[.part(part, layer: cut.layer)] = type }
    }
    var items: [DMOEContents.Item] = []
    for (index, layer) in layers.enumerated() {
      let neurons = layer.widths[ring] - (ring == 0 ? 0 : layer.widths[ring - 1])
      for part in FeedForwardPart.allCases {
        let kind = StoredTensor.Kind.part(part, layer: index)
        guard let type = types[kind] else { continue }
        items.append(
          .init(
            kind: kind, elementType: type,
            shape: part.isBias ? [neurons] : [neurons, model.hiddenSize]))
      }
    }
    return items
  }

  /// Writes all items, reading each tensor of the checkpoint once.
  package func write(to writer: DMOEWriter, _ context: Context) throws {
    let places = TensorSlots(writer.directory)
    for (index, tensor) in writer.directory.sections[0].tensors.enumerated() {
      guard case .file(let name) = tensor.kind, name != CalibrationWindows.name else {
        continue
      }
      let bytes = try checkpoint.companion(name.text) ?? []
      try writer.write(bytes, section: 0, tensor: index)
    }
    try forEachSource(.writing, context) { index throws(any Error) in
      let source = sources[index]
      let digest =
        if let cut = source.cut, !source.isStoredWhole {
          try writeRings(of: source.description, cut, places, writer)
        } else {
          try copy(source.description, places, writer)
        }
      writer.setDigest(digest, ofSource: index)
    }
  }

  /// Records the digests of all tensors, by which an overlay recognises its base.
  func identify(to writer: DMOEWriter, _ context: Context) throws {
    try forEachSource(.identifying, context) { index throws(any Error) in
      var hasher = SHA256Hasher()
      try forEachBlock(of: sources[index].description) { hasher.update($1) }
      writer.setDigest(hasher.digest(), ofSource: index)
    }
  }

  private func forEachSource(
    _ stage: Stage, _ context: Context, do body: @Sendable (Int) throws(any Error) -> Void
  ) throws {
    let done = Counter()
    context.progress.report(stage, done: 0, of: sources.count)
    try context.parallel.forEach(sources.count) { (index) throws(any Error) in
      try body(index)
      context.progress.report(stage, done: done.increment(), of: sources.count)
    }
  }

  private func forEachBlock(
    of tensor: TensorDescription, do body: (Int, [UInt8]) throws -> Void
  ) throws {
    let opened = try checkpoint.source.open(tensor.name)
    let size = DMOEContents.blockBytes
    for (block, start) in stride(from: 0, to: tensor.byteCount, by: size).enumerated() {
      let end = min(start + size, tensor.byteCount)
      try body(block, try opened.read(start..<end))
    }
  }

  /// Copies a tensor that is not cut, block by block.
  private func copy(
    _ tensor: TensorDescription, _ places: TensorSlots, _ writer: DMOEWriter
  ) throws -> SHA256Digest {
    var hasher = SHA256Hasher()
    let (section, index) = places[.source(tensor.name)]
    try forEachBlock(of: tensor) { block, bytes in
      hasher.update(bytes)
      try writer.write(bytes, section: section, tensor: index, block: block)
    }
    return hasher.digest()
  }

  /// Bytes of a tensor with one row per neuron, in the element type of the rings.
  private func rows(
    of bytes: [UInt8], _ tensor: TensorDescription, _ cut: FeedForwardCut
  ) -> [UInt8] {
    guard case .recoded(let type) = cut.storage else {
      return NeuronRows.neuronMajor(bytes, tensor, cut)
    }
    let values = tensor.elementType.floats(bytes)
    guard cut.neuronAxis == 1 else { return type.encode(values) }
    let matrix = Matrix(rows: tensor.shape[0], columns: tensor.shape[1], values: values)
    return type.encode(matrix.transposed().values)
  }

  /// Bytes of a tensor in the source's order of neurons, from rows by rank.
  private func unranked(
    _ rows: [UInt8], _ tensor: TensorDescription, _ cut: FeedForwardCut
  ) -> [UInt8] {
    let places = NeuronRows.indices(
      layers[cut.layer].order, parts: cut.parts.count, neurons: model.neurons[cut.layer])
    return NeuronRows.sourceOrder(Rearrangement.scatterRows(rows, to: places), tensor, cut)
  }

  /// Reads a tensor and writes its rows by rank, ring by ring.
  private func writeRings(
    of tensor: TensorDescription, _ cut: FeedForwardCut, _ places: TensorSlots, _ writer: DMOEWriter
  ) throws -> SHA256Digest {
    let layer = layers[cut.layer]
    let bytes = try checkpoint.source.read(tensor.name)
    let rows = rows(of: bytes, tensor, cut)
    let digest = SHA256Digest.digest(of: isRanked ? unranked(rows, tensor, cut) : bytes)
    let neurons = model.neurons[cut.layer]
    let rowBytes = rows.count / (neurons * cut.parts.count)
    for (number, part) in cut.parts.enumerated() {
      var start = 0
      for (ring, end) in layer.widths.enumerated() {
        let held = isRanked ? Array(start..<end) : Array(layer.order[start..<end])
        let indices = held.map { $0 + number * neurons }
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
