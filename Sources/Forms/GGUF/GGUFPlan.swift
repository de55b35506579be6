import ByteIO
import Containers
import DMOE
package import Experts
import GGUF
import Kernels
import Tensors
package import Work

/// Export of one expert to a GGUF file.
package struct GGUFPlan: ExportPlan {
  let request: ExportRequest
  let contents: GGUFContents
  /// Nil if the expert is written as it is.
  let refit: ExpertRefit?
  let refitObstacle: RefitObstacle?

  /// Description of the written file.
  package struct Summary: Sendable {
    package let expert: Int
    package let architecture: String
    /// Number of neurons of each layer.
    package let widths: [Int]
    package let parameters: Int
    /// Element types, most elements first.
    package let types: [String]
    /// Whether the down projections are refitted.
    package let isRefitted: Bool
    /// Reason for no refit, if one was wanted.
    package let refitObstacle: RefitObstacle?
    /// Notes on behaviour that users may not expect.
    package let notes: [String]
  }

  package var summary: Summary {
    Summary(
      expert: contents.expert.expert, architecture: contents.architecture,
      widths: contents.expert.widths,
      parameters: contents.tensors.source.elementCount,
      types: contents.types, isRefitted: refit != nil, refitObstacle: refitObstacle,
      notes: contents.notes)
  }

  package var stages: StageList {
    StageList(
      (refit == nil ? [] : [ExpertRefit.stage])
        + [.writing.costing(.writing(contents.tensors.source.byteCount))])
  }

  package func checkOutput() throws {
    try Folder.checkOutput(request.outputPath, inputs: request.inputs, force: request.force)
  }

  package func write(_ context: Context) throws -> PendingOutput {
    let source = contents.tensors.source(try refit?.run(context))
    let writer = try GGUFWriter(
      path: request.outputPath, metadata: contents.keys.pairs, tensors: source.tensors)
    for (index, tensor) in source.tensors.enumerated() {
      context.progress.report(.writing, done: index, of: source.tensors.count)
      let opened = try source.open(tensor.name)
      let pieces = opened.pieces
      do {
        try context.parallel.forEach(pieces.count) { (index) throws(any Error) in
          let piece = pieces[index]
          try writer.write(opened.read(piece), of: tensor.name, at: piece.lowerBound)
        }
      } catch TensorError.beyondType(let tensor, let type) {
        throw FormError.beyondType(tensor: tensor, type: type)
      }
    }
    context.progress.report(.writing, done: source.tensors.count, of: source.tensors.count)
    return PendingOutput(bytes: writer.byteCount) { try writer.commit() }
  }
}
