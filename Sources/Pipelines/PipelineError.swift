/// Settings that exclude each other, lack an input, or do not fit the model.
package enum PipelineError: Error, Equatable, Sendable {
  /// Nothing says which neurons matter.
  case noImportance
  /// Routers learn from text, and there is none.
  case routersWithoutText
  /// The greedy ranking looks at how neurons fire together, which no statistics tell.
  case greedyWithoutText
  /// Compensation is for choices by error.
  case compensationWithoutErrors
  /// Compensation is for routed tokens.
  case compensationWithoutRouters
  case compensationRank(Int, hiddenSize: Int)
  /// Routers choose among experts, and there is one only.
  case routersWithoutChoice
  /// Single tokens are shown with what the routers give them.
  case shownTextWithoutRouters
  /// The input was made by this program already.
  case alreadyConverted(path: String)
  /// An importance matrix holds squares alone.
  case matrixWithoutMagnitudes
  /// Statistics of another model.
  case otherModel(statistics: String)
  /// How to store quantised down projections was said, but there are none.
  case downNotQuantized
  /// Rows of the hidden size are not whole blocks.
  case downBlocks(hiddenSize: Int)
  /// Both outputs would be written to the same place.
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
