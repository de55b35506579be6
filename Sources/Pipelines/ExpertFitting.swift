import Architectures
import Calibration
import Checkpoints
import DMOE
import Experts
import Kernels
import Reports
import Running
import Work

/// Ranks neurons, cuts experts and fits the routers that choose among them.
struct ExpertFitting: Sendable {
  let model: Model
  let tokens: TextTokens?
  let split: TextSplit?
  /// Statistics made earlier, if any.
  let evidence: NeuronEvidence?
  let recipe: Recipe
  let importance: Importance
  let widths: ExpertWidths
  let alignment: Int
  /// Nil for no routers.
  let router: RouterKind?
  /// Nil for no compensation.
  let compensationRank: Int?
  /// Whether experts skip neurons.
  let skips: Bool
  let rounds: Int
  let seed: UInt64

  struct Fitted {
    let plan: ExpertPlan
    /// Nil if the ranking used none.
    let statistics: NeuronStatistics?
    let routing: Routing?
    let experts: [LayerExperts]
    let summary: RoutingSummary?
    /// Nil if none were looked for.
    let massive: [MassiveNeuron]?
    /// Per layer; nil without two halves of text to compare.
    let stability: [RankingStability]?
    let warnings: [String]
  }

  /// Importance matrix that ranks the neurons, if any.
  var matrix: ImportanceMatrix? {
    guard case .importanceMatrix(let matrix) = evidence, importance.needsStatistics,
      !importance.needsText
    else { return nil }
    return matrix
  }

  /// Whether the calibration part of the text is read.
  var readsText: Bool { !ranking.stages.isEmpty || router != nil }

  var ranking: NeuronRanking {
    NeuronRanking(
      model: model, importance: importance, widths: widths, alignment: alignment,
      evidence: evidence, wantsErrors: compensationRank != nil || skips, wantsSkipping: skips)
  }

  func run(_ stages: StageList, _ context: Context) throws -> Fitted {
    let windows = try calibrationWindows()
    let result = try ranking.run(on: windows, of: tokens, stages, context)
    let ranked = result.ranked
    var warnings: [String] = []
    if let layers = matrix?.layersWithoutEvidence, !layers.isEmpty {
      warnings.append(
        "the importance matrix has only zeros for \(ReportWarnings.layers(layers)): there neurons "
          + "were ranked by their weights")
    }
    if importance == .greedy, let warning = individualRanking(windows) {
      warnings.append(warning)
    }
    guard let router, let stage = stages[.budgets] else {
      let experts = ranked.plan.layers.map { self.experts($0.widths) }
      return Fitted(
        plan: ranked.plan, statistics: result.statistics, routing: nil, experts: experts,
        summary: nil, massive: nil, stability: ranked.stability, warnings: warnings)
    }
    let found = try weigh(ranked, windows, stages, context)
    let sensitivities = found?.sensitivities ?? []
    let weighed = ranked.weighing(by: sensitivities).keeping(found?.massive ?? [])
    let fitted = try fit(router, weighed, sensitivities, windows, stages, context)
    let judges = HeldBackWindows.indices(of: windows.count)
    let routers = fitted.map(\.router)
    let experts = fitted.map(\.experts)
    let predicted = fitted.map { layer in judges.map { layer.predicted[$0] } }
    let truth = fitted.map { layer in judges.map { layer.truth[$0] } }
    let budgets = try BudgetSweep(
      target: recipe.target, plan: ranked.plan, experts: experts, routers: routers,
      routerFraction: Routing.fraction(routers, of: model)
    ).run(
      model, windows: judges.map { windows[$0] }, predicted: predicted, truth: truth,
      context.leaving(stage.cost.beside), as: stage)
    let quality = RoutingQuality(
      predicted: predicted, truth: truth, budgets: budgets, target: recipe.target, experts: experts,
      parallel: context.parallel)
    return Fitted(
      plan: ranked.plan, statistics: result.statistics,
      routing: Routing(target: recipe.target, routers: routers, budgets: budgets.table),
      experts: experts,
      summary: RoutingSummary(
        fitted, target: recipe.target, budgets: budgets.table, quality: quality),
      massive: ranked.peaks.isEmpty ? nil : found?.massive, stability: ranked.stability,
      warnings: warnings)
  }

  private func calibrationWindows() throws -> [[Int]] {
    guard let tokens, let split else { return [] }
    let windows = tokens.windows(split.calibration)
    guard router == nil || windows.count > 1 else {
      throw CalibrationError.tooShort(
        path: tokens.name, tokens: tokens.tokens.count, needed: 3 * tokens.textTokensPerWindow,
        purpose: "fitting routers")
    }
    return windows
  }

  /// Warning about layers that the greedy ranking leaves out; nil if there are none.
  private func individualRanking(_ windows: [[Int]]) -> String? {
    let tokens = windows.reduce(0) { $0 + $1.count }
    let neurons = model.configuration.neurons.layers
    let layers = neurons.indices.filter {
      !RankingSweep.usesGramMatrix(neurons: neurons[$0], tokens: tokens)
    }
    guard !layers.isEmpty else { return nil }
    let place = layers.count == neurons.count ? "" : " in \(ReportWarnings.layers(layers))"
    return "neurons were ranked individually\(place): the text is too short, or the layers too "
      + "wide, for the greedy ranking"
  }

  /// Runs all rounds of the list, each weighted by the scores predicted in the previous one.
  private func fit(
    _ router: RouterKind, _ ranked: RankingSweep.Ranked, _ sensitivities: [Double],
    _ windows: [[Int]], _ stages: StageList, _ context: Context
  ) throws -> [RoutingSweep.Layer] {
    let calibration = RoutingSweep(
      kind: router, target: recipe.target, compensationRank: compensationRank,
      width: recipe.routerWidth(hiddenSize: model.configuration.hiddenSize), seed: seed)
    let costs = ranked.plan.layers.indices.map { self.costs(ranked, layer: $0) }
    var scores = ranked.logErrors
    var fitted: [RoutingSweep.Layer] = []
    var round = 0
    while let stage = stages[.fitting(round: round)] {
      let use =
        scores.isEmpty
        ? nil
        : CostCurve(target: recipe.target, scores: scores, costs: costs)
          .use(parallel: context.parallel)
      fitted = try calibration.fit(
        plan: ranked.plan, windows: windows, use: use, skipping: ranked.skipping,
        sensitivities: sensitivities,
        from: LayerSweep(model, context.leaving(stage.cost.beside), as: stage))
      scores = fitted.map(\.predicted)
      round += 1
    }
    return fitted
  }

  /// Whether errors of layers are weighed by what they do to predictions: where prices compare them
  /// between layers, and there are predictions.
  var weighsLayers: Bool {
    router != nil && recipe.target == .logError && model.predictsTokens
      && model.configuration.layers > 1
  }

  /// Weights of the errors of the layers, and massive neurons; nil if they are not measured.
  private func weigh(
    _ ranked: RankingSweep.Ranked, _ windows: [[Int]], _ stages: StageList, _ context: Context
  ) throws -> SensitivitySweep.Found? {
    guard let stage = stages[.weighing] else { return nil }
    let peaks = ActivationPeak.strongest(of: ranked.peaks)
    return try SensitivitySweep(plan: ranked.plan, peaks: peaks, windows: windows)
      .run(model, context.leaving(stage.cost.beside), as: stage)
  }

  private func experts(_ widths: [Int]) -> LayerExperts {
    LayerExperts(
      widths: widths, meanNeurons: model.configuration.neurons.mean,
      hiddenSize: model.configuration.hiddenSize, gated: model.family.gated)
  }

  private func costs(_ ranked: RankingSweep.Ranked, layer: Int) -> ExpertCosts {
    let widths = ranked.plan.layers[layer].widths
    let (hiddenSize, gated) = (model.configuration.hiddenSize, model.family.gated)
    let meanNeurons = model.configuration.neurons.mean
    let compensation =
      compensationRank.map { Compensation.parameterCount(rank: $0, hiddenSize: hiddenSize) } ?? 0
    return ExpertCosts(
      inWindow: LayerExperts.costs(
        widths: widths, neurons: widths[widths.count - 1], meanNeurons: meanNeurons,
        compensation: compensation, hiddenSize: hiddenSize, gated: gated),
      priced: ranked.skipping.isEmpty
        ? []
        : LayerExperts.pricedCosts(
          ranked.skipping[layer].shares, compensation: compensation, meanNeurons: meanNeurons,
          hiddenSize: hiddenSize, gated: gated))
  }
}
