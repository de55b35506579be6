/// Settings that exclude each other, lack an input, or do not fit the model.
package enum PipelineError: Error, Equatable, Sendable {
  /// No text or statistics to rank the neurons by.
  case noImportance
  /// Routers need text to be fitted on.
  case routersWithoutText
  /// The greedy ranking needs joint activations, which statistics lack.
  case greedyWithoutText
  /// Compensation needs routers that predict errors.
  case compensationWithoutErrors
  /// Compensation needs routers.
  case compensationWithoutRouters
  case compensationRank(Int, hiddenSize: Int)
  /// Skipping needs the price by which routers choose.
  case skippingWithoutPrices
  /// Routers for a single expert.
  case routersWithoutChoice
  /// Shown texts need the choices of routers.
  case shownTextWithoutRouters
  /// The input is already a container.
  case alreadyConverted(path: String)
  /// An importance matrix holds only squares.
  case matrixWithoutMagnitudes
  /// Statistics of another model.
  case otherModel(statistics: String)
  /// A type for quantised down projections, but the model has none.
  case downNotQuantized
  /// Rows of the hidden size are not whole blocks.
  case downBlocks(hiddenSize: Int)
  /// The output and its report have the same path.
  case sameOutput(path: String)
}

extension PipelineError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .noImportance:
      "there is nothing to rank the neurons by"
    case .routersWithoutText:
      "routers are fitted to text, and there is none"
    case .greedyWithoutText:
      "the greedy ranking needs text, and there is none"
    case .compensationWithoutErrors:
      "compensation belongs to the recipe residual only"
    case .compensationWithoutRouters:
      "compensation needs routers, and there are none"
    case .compensationRank(let rank, let hiddenSize):
      "compensation rank \(rank): expected a number from 0 to \(hiddenSize), the hidden size"
    case .skippingWithoutPrices:
      "experts skip neurons at the price by which routers of the recipe residual choose, and there are "
        + "none"
    case .routersWithoutChoice:
      "routers choose among experts, and there is only one"
    case .shownTextWithoutRouters:
      "a shown text needs routers, and there are none"
    case .alreadyConverted(let path):
      "\(path): is already a .dmoe; give the dense checkpoint that it was made from"
    case .matrixWithoutMagnitudes:
      "the importance matrix holds squares of activations, not magnitudes"
    case .otherModel(let statistics):
      "\(statistics): these are statistics of another model"
    case .downNotQuantized:
      "the model has no quantised down projections that could be stored in another type"
    case .downBlocks(let hiddenSize):
      "down projections in q8_0 need a hidden size that is a multiple of 32, found \(hiddenSize)"
    case .sameOutput(let path):
      "\(path): the output and its report cannot be one file"
    }
  }
}
