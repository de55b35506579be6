import ByteIO
package import Checkpoints
package import Containers
import DMOE
import GGUF
package import Kernels
import Tensors
package import Work

/// From a container to a GGUF file that llama.cpp runs: one expert as a plain model.
package struct GGUFExport: Sendable {
  package let checkpoint: Checkpoint
  package let outputPath: String
  package let expert: ExpertSelection
  /// That of the matrices; nil as they are stored.
  package let type: GGUFMatrixType?
  package let force: Bool
  package let generator: String

  package init(
    checkpoint: Checkpoint, outputPath: String, expert: ExpertSelection, type: GGUFMatrixType?,
    force: Bool, generator: String
  ) {
    self.checkpoint = checkpoint
    self.outputPath = outputPath
    self.expert = expert
    self.type = type
    self.force = force
    self.generator = generator
  }

  /// What was written.
  package struct Result: Sendable {
    package let bytes: Int
    package let sourceBytes: Int
    package let bytesRead: Int
    package let expert: Int
    package let architecture: String
    /// How many neurons each layer has.
    package let widths: [Int]
    package let parameters: Int
    /// The types of its elements, those of most first.
    package let types: [String]
    /// What is otherwise than one may expect.
    package let notes: [String]
  }

  package func run(parallel: Parallel, progress: Progress) throws -> Result {
    guard let container = checkpoint.container else {
      throw ContainerError.notContainer(path: checkpoint.path)
    }
    let number = try expert.expert(of: container)
    let plan = try GGUFPlan(checkpoint, expert: number, type: type, generator: generator)
    try Folder.checkOutput(
      outputPath, inputs: checkpoint.ownedPaths + [checkpoint.path], force: force)
    let descriptions = plan.tensors.source.tensors
    let writer = try GGUFWriter(
      path: outputPath, metadata: plan.keys.pairs, tensors: descriptions)
    for (index, tensor) in descriptions.enumerated() {
      progress.report("Writing", unit: "tensors", done: index, of: descriptions.count)
      let opened = try plan.tensors.source.open(tensor.name)
      let pieces = opened.pieces
      do {
        try parallel.forEach(pieces.count) { (index) throws(any Error) in
          let piece = pieces[index]
          try writer.write(opened.read(piece), of: tensor.name, at: piece.lowerBound)
        }
      } catch TensorError.beyondType(let tensor, let type) {
        throw FormError.beyondType(tensor: tensor, type: type)
      }
    }
    progress.report("Writing", unit: "tensors", done: descriptions.count, of: descriptions.count)
    try container.checkUnchanged()
    try checkpoint.checkUnchanged()
    try writer.commit()
    return Result(
      bytes: try InputFile(path: outputPath).length,
      sourceBytes: checkpoint.files.reduce(0) { $0 + $1.length },
      bytesRead: checkpoint.bytesRead, expert: number, architecture: plan.architecture,
      widths: plan.expert.widths, parameters: descriptions.reduce(0) { $0 + $1.elementCount },
      types: plan.types, notes: plan.notes)
  }
}
