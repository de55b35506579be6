import Checkpoints
import Evaluation
import Experts
import Pipelines
import Work

extension ExpertPlan {
  /// Ranks the neurons of a dense model by importance and cuts them into experts.
  ///
  /// - Parameters:
  ///   - model: a dense checkpoint.
  ///   - importance: the measure that ranks neurons.
  ///   - windows: calibration text as returned by ``Tokenizer/windows(of:context:)``; each window
  ///     is run independently, and all positions count. Ignored by ``Importance/weights``.
  ///   - widths: widths of the experts.
  ///   - alignment: all widths but the last are multiples of it; nil for the largest power of two
  ///     up to 32 that divides the step of equal widths, else 1.
  /// - Throws: ``DynamoeError/Category/usage`` for an importance that needs text if there is none,
  ///   and for invalid widths; ``DynamoeError/Category/data`` for a model that is already
  ///   converted, non-finite weights, and tokens outside the vocabulary.
  public init(
    for model: Model, by importance: Importance, on windows: [[Int]] = [],
    widths: Widths = .equal(experts: 4), alignment: Int? = nil
  ) throws(DynamoeError) {
    try Model.check(windows)
    guard model.widths.isEmpty else {
      throw DynamoeError(
        .data, "\(model.checkpoint.path): expected a dense checkpoint, found a .dmoe")
    }
    let chosen = try widths.checked
    plan = try DynamoeError.wrapping {
      let ranking = NeuronRanking(
        model: model.evaluator.model, importance: Experts.Importance(importance), widths: chosen,
        alignment: try chosen.alignment(alignment, layers: model.intermediateSizes))
      let result = try ranking.run(
        on: windows, StageList(ranking.stages), model.evaluator.context)
      try model.checkpoint.opened.checkUnchanged()
      return result.ranked.plan
    }
  }
}

extension ExpertPlan.Widths {
  /// The same in the type of the modules below.
  fileprivate var checked: ExpertWidths {
    get throws(DynamoeError) {
      switch self {
      case .equal(let experts): return .equal(experts: experts)
      case .coverage: return .coverage
      case .fractions(let fractions):
        guard let widths = ExpertWidths(fractions: fractions) else {
          throw DynamoeError(
            .usage, "fractions \(fractions): expected numbers above 0 that increase and end in 1")
        }
        return widths
      }
    }
  }
}

extension Experts.Importance {
  fileprivate init(_ importance: ExpertPlan.Importance) {
    switch importance {
    case .magnitude: self = .magnitude
    case .energy: self = .energy
    case .output: self = .output
    case .weights: self = .weights
    case .greedy: self = .greedy
    }
  }
}
