import ByteIO
import Checkpoints
import Containers
import DMOE
import Kernels
import Tensors
package import Work

/// Export of the leading experts to a `.dmoe`.
package struct PartPlan: ExportPlan {
  let request: ExportRequest
  /// Largest expert in the file.
  let expert: Int
  /// Tensors to keep, by section.
  private let stored: [[Taken]]
  /// Writer of an overlay's weights; nil if the container has its own.
  private let weights: RingWriter?

  init(_ request: ExportRequest, upTo expert: Int) throws {
    self.request = request
    self.expert = expert
    stored = Self.stored(request.container, upTo: expert)
    weights =
      request.checkpoint.isOverlay ? try Self.weights(request, upTo: expert) : nil
  }

  /// Description of the written file.
  package struct Summary: Sendable {
    /// Largest expert in the file.
    package let expert: Int
  }

  package var summary: Summary { Summary(expert: expert) }

  package var stages: StageList {
    let bytes = stored.joined().reduce(0) { $0 + $1.byteCount }
    let weights = weights.map { Stage.writing.costing(.writing($0.byteCount)) }
    return StageList(
      [.copying.costing(.writing(bytes))] + [weights].compactMap(\.self) + [.closingGaps])
  }

  package func checkOutput() throws {
    try Folder.checkOutput(request.outputPath, inputs: request.inputs, force: request.force)
  }

  /// Copies unchanged blocks as they are; truncates permutations and routers to the kept experts.
  package func write(_ context: Context) throws -> PendingOutput {
    let writer = try DMOEWriter(contents(), path: request.outputPath)
    try copy(to: writer, context)
    if let weights {
      try weights.write(to: writer, context)
    } else {
      for (index, source) in request.container.directory.sourceTensors.enumerated() {
        if let digest = source.digest { writer.setDigest(digest, ofSource: index) }
      }
    }
    let bytes = try writer.finish { context.progress.report(.closingGaps, done: $0, of: $1) }
    return PendingOutput(bytes: bytes) { try writer.file.commit() }
  }

  private func copy(to writer: DMOEWriter, _ context: Context) throws {
    let container = request.container
    let places = stored.enumerated().flatMap { section, tensors in
      tensors.indices.map { (section: section, tensor: $0) }
    }
    let done = Counter()
    try context.parallel.forEach(places.count) { (index) throws(any Error) in
      let place = places[index]
      let tensor = stored[place.section][place.tensor]
      if tensor.shape == tensor.source.shape {
        for block in tensor.source.blocks.indices {
          try writer.write(
            stored: container.readStored(block: block, of: tensor.source), section: place.section,
            tensor: place.tensor, block: block)
        }
      } else {
        try writer.write(
          container.read(tensor.source, 0..<tensor.byteCount), section: place.section,
          tensor: place.tensor)
      }
      context.progress.report(.copying, done: done.increment(), of: places.count)
    }
  }

  /// Writer of an overlay's weights, cut to the kept experts.
  private static func weights(
    _ request: ExportRequest, upTo expert: Int
  ) throws -> RingWriter {
    let container = request.container
    let directory = container.directory
    return RingWriter(
      checkpoint: request.checkpoint, sources: directory.sourceTensors, model: directory.model,
      layers: try directory.widths.enumerated().map { layer, widths in
        RingWriter.Layer(
          order: try container.permutation(layer: layer), widths: Array(widths[...expert]))
      })
  }

  /// Leading rows of a tensor of the container: the tensor, and the shape of the part that is kept.
  private struct Taken: Sendable {
    let source: StoredTensor
    let shape: [Int]

    var byteCount: Int { source.byteCount / max(source.shape.first ?? 1, 1) * (shape.first ?? 1) }
  }

  /// Tensors to keep, by section.
  ///
  /// Unknown tensors are optional, and are dropped because they may not fit fewer experts.
  private static func stored(_ container: DMOEReader, upTo expert: Int) -> [[Taken]] {
    let directory = container.directory
    let outputs = min(expert + 1, directory.partialExperts)
    return directory.sections[...(expert + 1)].map { section in
      section.tensors.compactMap { tensor -> Taken? in
        switch tensor.kind {
        case .other: return nil
        case .router, .compensation, .skipping, .budgets, .sensitivity:
          if directory.routing == nil { return nil }
        case .source, .file, .part, .permutation: break
        }
        var shape = tensor.shape
        switch tensor.kind {
        case .permutation(let layer): shape[0] = directory.widths[layer][expert]
        case .router(let name, _): if RouterKind.isOutput(name) { shape[0] = outputs }
        default: break
        }
        return Taken(source: tensor, shape: shape)
      }
    }
  }

  private func contents() throws -> DMOEContents {
    let directory = request.container.directory
    var sections = stored.map { section in
      section.map {
        DMOEContents.Item(
          kind: $0.source.kind, elementType: $0.source.elementType, shape: $0.shape)
      }
    }
    if let weights {
      sections[0] += try weights.shared()
      for ring in 0...expert { sections[ring + 1] += weights.ring(ring) }
    }
    let isCoded = directory.sections.contains { section in
      section.tensors.contains { $0.storedLength < $0.byteCount }
    }
    return DMOEContents(
      generator: request.generator, model: directory.model,
      widths: directory.widths.map { Array($0[...expert]) }, importance: directory.importance,
      recipe: directory.recipe, routing: directory.routing, sourceFormat: directory.sourceFormat,
      sourceMetadata: directory.sourceMetadata, sourceTensors: directory.sourceTensors,
      sections: sections, compression: isCoded || weights != nil ? .lossless : .none,
      blockBytes: directory.blockBytes)
  }
}

extension Stage {
  /// Copying of stored tensors.
  static let copying = Stage("Copying", key: "copying", unit: .tensors)
}
