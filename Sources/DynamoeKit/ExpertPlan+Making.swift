import Calibration
import Checkpoints
import Evaluation
import Experts
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
    let neurons = model.intermediateSize
    let chosen = try widths.checked(neurons: neurons)
    let alignment = alignment ?? chosen.defaultAlignment(neurons: neurons)
    plan = try DynamoeError.wrapping {
      guard (1...neurons).contains(alignment) else {
        throw PlanError.alignment(alignment, neurons: neurons)
      }
      let plan = try Self.plan(
        model, Experts.Importance(importance), windows, chosen, alignment: alignment)
      try model.checkpoint.opened.checkUnchanged()
      return plan
    }
  }

  private static func plan(
    _ model: Model, _ importance: Experts.Importance, _ windows: [[Int]], _ widths: ExpertWidths,
    alignment: Int
  ) throws -> Experts.ExpertPlan {
    let evaluator = model.evaluator
    let (source, parallel) = (evaluator.model, evaluator.parallel)
    guard !importance.needsStatistics || !windows.isEmpty else {
      throw PlanError.noStatistics(importance)
    }
    if importance == .greedy {
      return try RankingCalibration(
        importance: importance, widths: widths, alignment: alignment, wantsErrors: false
      ).rank(
        source, windows: windows, parallel: parallel, progress: .ignored,
        workspace: evaluator.workspace
      ).plan
    }
    var evidence: NeuronEvidence?
    if importance.needsStatistics {
      let layers = try Calibrator(
        model: source, parallel: parallel, progress: .ignored, workspace: evaluator.workspace
      ).sums(of: windows).layers
      evidence = .statistics(
        NeuronStatistics(
          layers: layers, positions: windows.reduce(0) { $0 + $1.count },
          model: try source.fingerprint(), parts: []))
    }
    let scores = try ImportanceScores(
      importance, model: source, evidence: evidence, parallel: parallel)
    return try Experts.ExpertPlan(scores, widths: widths, alignment: alignment)
  }
}

extension ExpertPlan.Widths {
  /// Validates the widths and converts them to the type used by `Experts`.
  fileprivate func checked(neurons: Int) throws(DynamoeError) -> ExpertWidths {
    let widths: ExpertWidths
    switch self {
    case .equal(let experts): widths = .equal(experts: experts)
    case .coverage: widths = .coverage
    case .fractions(let fractions):
      let grows = zip([0] + fractions, fractions).allSatisfy { $0 < $1 }
      guard grows, fractions.last == 1 else {
        throw DynamoeError(
          .usage, "fractions \(fractions): expected numbers above 0 that increase and end in 1")
      }
      widths = .fractions(fractions)
    }
    guard (1...neurons).contains(widths.experts) else {
      throw DynamoeError(PlanError.experts(widths.experts, neurons: neurons))
    }
    return widths
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
