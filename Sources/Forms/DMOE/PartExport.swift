import ByteIO
package import Checkpoints
package import Containers
import DMOE
package import Kernels
import Tensors
package import Work

/// Exports the smaller experts of a container as a container with its own directory
/// (`formats/dmoe.md`, section 8); the weights of an overlay come from its base.
package struct PartExport: Sendable {
  package let checkpoint: Checkpoint
  package let outputPath: String
  package let expert: ExpertSelection
  package let force: Bool
  package let generator: String

  package init(
    checkpoint: Checkpoint, outputPath: String, expert: ExpertSelection, force: Bool,
    generator: String
  ) {
    self.checkpoint = checkpoint
    self.outputPath = outputPath
    self.expert = expert
    self.force = force
    self.generator = generator
  }

  /// Summary of the written file.
  package struct Result: Sendable {
    package let bytes: Int
    package let sourceBytes: Int
    /// Bytes read from the container and from its base; data after the expert is not read.
    package let bytesRead: Int
    /// Largest expert in the file.
    package let expert: Int
  }

  /// Copies unchanged blocks as they are; truncates permutations and routers to the kept experts.
  package func run(parallel: Parallel, progress: Progress) throws -> Result {
    guard let container = checkpoint.container else {
      throw ContainerError.notContainer(path: checkpoint.path)
    }
    guard checkpoint.hasWeights else { throw ModelError.noBase(path: checkpoint.path) }
    let expert = try expert.expert(of: container)
    try Folder.checkOutput(outputPath, inputs: checkpoint.ownedPaths, force: force)
    let stored = stored(container, upTo: expert)
    let weights = checkpoint.isOverlay ? try weights(container, upTo: expert) : nil
    let writer = try DMOEWriter(
      contents(container, stored, weights, upTo: expert), path: outputPath)
    let places = stored.enumerated().flatMap { section, tensors in
      tensors.indices.map { (section: section, tensor: $0) }
    }
    let done = Counter()
    try parallel.forEach(places.count) { (index) throws(any Error) in
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
      progress.report("Copying", unit: "tensors", done: done.increment(), of: places.count)
    }
    if let weights {
      try weights.write(to: writer, parallel: parallel, progress: progress)
    } else {
      for (index, source) in container.directory.sourceTensors.enumerated() {
        if let digest = source.digest { writer.setDigest(digest, ofSource: index) }
      }
    }
    let bytes = try writer.finish {
      progress.report("Closing gaps", unit: "bytes", done: $0, of: $1)
    }
    try container.checkUnchanged()
    try checkpoint.checkUnchanged()
    try writer.file.commit()
    return Result(
      bytes: bytes, sourceBytes: checkpoint.files.reduce(0) { $0 + $1.length },
      bytesRead: checkpoint.bytesRead, expert: expert)
  }

  /// Writer of an overlay's weights, cut to the kept experts.
  private func weights(_ container: DMOEReader, upTo expert: Int) throws -> RingWriter {
    let directory = container.directory
    return RingWriter(
      checkpoint: checkpoint, sources: directory.sourceTensors, model: directory.model,
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
  private func stored(_ container: DMOEReader, upTo expert: Int) -> [[Taken]] {
    let directory = container.directory
    let outputs = min(expert + 1, directory.partialExperts)
    return directory.sections[...(expert + 1)].map { section in
      section.tensors.compactMap { tensor -> Taken? in
        switch tensor.kind {
        case .other: return nil
        case .router, .compensation, .budgets: if directory.routing == nil { return nil }
        case .source, .file, .part, .permutation: break
        }
        var shape = tensor.shape
        switch tensor.kind {
        case .permutation(let layer): shape[0] = directory.widths[layer][expert]
        case .router(let name, _): if RouterForm.isOutput(name) { shape[0] = outputs }
        default: break
        }
        return Taken(source: tensor, shape: shape)
      }
    }
  }

  private func contents(
    _ container: DMOEReader, _ stored: [[Taken]], _ weights: RingWriter?, upTo expert: Int
  ) throws -> DMOEContents {
    let directory = container.directory
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
      generator: generator, model: directory.model,
      widths: directory.widths.map { Array($0[...expert]) }, importance: directory.importance,
      recipe: directory.recipe, routing: directory.routing, sourceFormat: directory.sourceFormat,
      sourceMetadata: directory.sourceMetadata, sourceTensors: directory.sourceTensors,
      sections: sections, compression: isCoded || weights != nil ? .lossless : .none,
      blockBytes: directory.blockBytes)
  }
}
