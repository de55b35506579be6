import ByteIO
package import Checkpoints
package import Containers
import DMOE
import GGUF
package import Kernels
import Tensors
package import Work

/// Exports one expert of a container as a plain model in a GGUF file for llama.cpp.
package struct GGUFExport: Sendable {
  package let checkpoint: Checkpoint
  package let outputPath: String
  package let expert: ExpertSelection
  /// Type of the matrices; nil keeps the stored types.
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

  /// Summary of the written file.
  package struct Result: Sendable {
    package let bytes: Int
    package let sourceBytes: Int
    package let bytesRead: Int
    package let expert: Int
    package let architecture: String
    /// Number of neurons of each layer.
    package let widths: [Int]
    package let parameters: Int
    /// Element types, most elements first.
    package let types: [String]
    /// Notes on behaviour that users may not expect.
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
