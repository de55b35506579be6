/// Why a pipeline cannot begin: options that do not go together, or do not fit the model.
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
      """
      nothing says which neurons matter; give calibration text (--text FILE), statistics of it \
      (--calibration STATS), an importance matrix of llama.cpp (--imatrix FILE), or rank by the weights alone \
      (--importance weights)
      """
    case .routersWithoutText:
      "--router learns from text: give calibration text (--text FILE), or use --router none"
    case .greedyWithoutText:
      "--importance greedy learns from text: give calibration text (--text FILE)"
    case .compensationWithoutErrors:
      "--compensation-rank belongs to --recipe residual"
    case .compensationWithoutRouters:
      "--compensation-rank needs routers: give calibration text, and no --router none"
    case .compensationRank(let rank, let hiddenSize):
      "--compensation-rank \(rank): expected a number from 0 to \(hiddenSize), the hidden size"
    case .routersWithoutChoice:
      "--router chooses among experts: make more than one, or use --router none"
    case .shownTextWithoutRouters:
      "--show-text shows what routers choose: give calibration text (--text FILE), and no --router none"
    case .alreadyConverted(let path):
      "\(path): is a .dmoe already; give the dense checkpoint that it was made from"
    case .matrixWithoutMagnitudes:
      "--imatrix holds squares, and no magnitudes: use --importance output or energy"
    case .otherModel(let statistics):
      "\(statistics): these are statistics of another model; make them with: dynamoe calibrate"
    case .downNotQuantized:
      "--down is for quantised down projections, and this model has none: leave it out"
    case .downBlocks(let hiddenSize):
      "--down q8_0 needs a hidden size that is a multiple of 32, found \(hiddenSize); use f16"
    case .sameOutput(let path):
      "\(path): the output and its report cannot be one file; choose another --report"
    }
  }
}
