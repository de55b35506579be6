import Pipelines

extension Advice {
  private static let text = "give calibration text (--text FILE)"

  static func advice(for error: PipelineError) -> String? {
    switch error {
    case .noImportance:
      text + ", statistics of such text (--calibration STATS), an importance matrix of llama.cpp "
        + "(--imatrix FILE), or rank by the weights alone (--importance weights)"
    case .routersWithoutText: text + ", or use --router none"
    case .greedyWithoutText: text + ", or use another --importance"
    case .compensationWithoutErrors: "use --recipe residual, or leave out --compensation-rank"
    case .compensationWithoutRouters:
      text + ", and no --router none, or leave out --compensation-rank"
    case .skippingWithoutPrices: "leave out --skip, or give --text with --recipe residual"
    case .compensationRank: "give such a number to --compensation-rank"
    case .routersWithoutChoice: "make more than one (--experts), or use --router none"
    case .shownTextWithoutRouters: text + ", and no --router none, or leave out --show-text"
    case .matrixWithoutMagnitudes: "use --importance output or energy"
    case .otherModel: "make them with: dynamoe calibrate"
    case .downNotQuantized: "leave out --down"
    case .downBlocks: "use --down f16"
    case .sameOutput: "choose another --report"
    // Its message needs no advice.
    case .alreadyConverted: nil
    }
  }

  /// The option of `partition` that sets a condition; nil if inputs or the program do.
  static func option(for condition: Partition.Condition) -> String? {
    switch condition {
    case .precision: "--precision"
    case .recipe: "--recipe"
    case .importance: "--importance"
    case .widths: "--experts, --fractions"
    case .alignment: "--align"
    case .routers: "--router"
    case .compensationRank: "--compensation-rank"
    case .skipping: "--skip"
    case .rounds: "--rounds"
    case .seed: "--seed"
    case .down: "--down"
    case .overlay: "--overlay"
    case .text: "--text, --tokens, --max-tokens, --context, --bos, --parse-special"
    case .split: "--max-tokens"
    case .shownTexts: "--show-text"
    case .statistics: "--calibration"
    case .importanceMatrix: "--imatrix"
    case .program, .kernels, .model, .weights, .configuration: nil
    }
  }
}
