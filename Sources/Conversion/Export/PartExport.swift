import ByteIO
import DMOE
package import Kernels
package import Models
import Tensors

/// From a container to one that holds its smaller experts only, with a directory of its own
/// (`formats/dmoe.md`, section 8).
package struct PartExport: Sendable {
  package let containerPath: String
  package let outputPath: String
  package let expert: ExpertSelection
  package let force: Bool
  package let generator: String

  package init(
    containerPath: String, outputPath: String, expert: ExpertSelection, force: Bool,
    generator: String
  ) {
    self.containerPath = containerPath
    self.outputPath = outputPath
    self.expert = expert
    self.force = force
    self.generator = generator
  }

  /// What was written.
  package struct Result: Sendable {
    package let bytes: Int
    package let sourceBytes: Int
    /// Of the source: what lies behind the expert is left alone.
    package let bytesRead: Int
    /// The largest expert that the file holds.
    package let expert: Int
  }

  /// Copies the blocks that stay as they are; of permutations and routers what the experts need.
  package func run(parallel: Parallel, progress: Progress) throws -> Result {
    guard let container = try Checkpoint(path: containerPath).container else {
      throw ConversionError.notContainer(path: containerPath)
    }
    guard !container.directory.isOverlay else {
      throw ConversionError.overlayExport(path: containerPath)
    }
    let expert = try expert.expert(of: container)
    try Folder.checkOutput(outputPath, inputs: [containerPath], force: force)
    let stored = stored(container, upTo: expert)
    let writer = try DMOEWriter(contents(container, stored, upTo: expert), path: outputPath)
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
    for (index, source) in container.directory.sourceTensors.enumerated() {
      if let digest = source.digest { writer.setDigest(digest, ofSource: index) }
    }
    let bytes = try writer.finish {
      progress.report("Closing gaps", unit: "bytes", done: $0, of: $1)
    }
    try container.checkUnchanged()
    try writer.file.commit()
    return Result(
      bytes: bytes, sourceBytes: container.file.length,
      bytesRead: container.file.bytesRead, expert: expert)
  }

  /// A tensor of the container, and the shape of what is taken of it: its first rows.
  private struct Taken: Sendable {
    let source: StoredTensor
    let shape: [Int]

    var byteCount: Int { source.byteCount / max(source.shape.first ?? 1, 1) * (shape.first ?? 1) }
  }

  /// What is unknown is optional, and stays behind: nobody can say what it would mean of less.
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
    _ container: DMOEReader, _ stored: [[Taken]], upTo expert: Int
  ) -> DMOEContents {
    let directory = container.directory
    let isCoded = directory.sections.contains { section in
      section.tensors.contains { $0.storedLength < $0.byteCount }
    }
    return DMOEContents(
      generator: generator, model: directory.model,
      widths: directory.widths.map { Array($0[...expert]) }, importance: directory.importance,
      recipe: directory.recipe, routing: directory.routing, sourceFormat: directory.sourceFormat,
      sourceMetadata: directory.sourceMetadata, sourceTensors: directory.sourceTensors,
      sections: stored.map { section in
        section.map {
          .init(kind: $0.source.kind, elementType: $0.source.elementType, shape: $0.shape)
        }
      },
      compression: isCoded ? .lossless : .none, blockBytes: directory.blockBytes)
  }
}
