import Architectures
import Calibration
import Checkpoints
import Experts
import Kernels
import Reports
import Work

/// From a model and calibration text to experts and what chooses among them.
struct ExpertFitting: Sendable {
  let model: Model
  let tokens: TextTokens?
  let split: TextSplit?
  /// Made before, if any.
  let evidence: NeuronEvidence?
  let recipe: Recipe
  let importance: Importance
  let widths: ExpertWidths
  let alignment: Int
  /// Nil for none.
  let router: RouterKind?
  /// Nil for none.
  let compensationRank: Int?
  let rounds: Int
  let seed: UInt64
  var workspace = Workspace()

  struct Fitted {
    let plan: ExpertPlan
    /// Nil where the weights alone were ranked.
    let statistics: NeuronStatistics?
    let routing: Routing?
    let experts: [LayerExperts]
    let summary: RoutingSummary?
    /// For each layer; nil where there are no halves of text to compare.
    let stability: [RankingStability]?
    let warnings: [String]
  }

  /// The importance matrix that ranks the neurons; nil where something else does.
  var matrix: ImportanceMatrix? {
    guard case .importanceMatrix(let matrix) = evidence, importance.needsStatistics,
      !importance.needsText
    else { return nil }
    return matrix
  }

  /// Whether the calibration part of the text is read at all.
  var readsText: Bool { needsCalibration || importance == .greedy || router != nil }

  var needsCalibration: Bool {
    importance.needsStatistics && !importance.needsText && evidence == nil
  }

  func run(parallel: Parallel, progress: Progress) throws -> Fitted {
    let windows = try calibrationWindows()
    let (ranked, statistics) = try rank(windows, parallel, progress)
    let stability = ranked.stability
    var warnings: [String] = []
    if importance == .greedy, !usesGramMatrix(windows) {
      warnings.append(
        "neurons were ranked each on its own: the text is too short, or the layers too wide, to "
          + "tell how they go together")
    }
    guard let router else {
      let experts = ranked.plan.layers.map { self.experts($0.widths) }
      return Fitted(
        plan: ranked.plan, statistics: statistics, routing: nil, experts: experts, summary: nil,
        stability: stability, warnings: warnings)
    }
    let fitted = try fit(router, ranked, windows, parallel, progress)
    let judges = HeldBackWindows.indices(of: windows.count)
    let routers = fitted.map(\.router)
    let experts = fitted.map(\.experts)
    let predicted = fitted.map { layer in judges.map { layer.predicted[$0] } }
    let truth = fitted.map { layer in judges.map { layer.truth[$0] } }
    let budgets = try BudgetCalibration(
      aim: recipe.aim, plan: ranked.plan, experts: experts, routers: routers,
      routerFraction: Routing.fraction(routers, of: model)
    ).run(
      model, windows: judges.map { windows[$0] }, predicted: predicted, truth: truth,
      parallel: parallel, progress: progress,
      workspace: workspace.leaving(LayerCosts(self, parallel: parallel).reordered))
    let quality = RoutingQuality(
      predicted: predicted, truth: truth, budgets: budgets, aim: recipe.aim, experts: experts,
      parallel: parallel)
    return Fitted(
      plan: ranked.plan, statistics: statistics,
      routing: Routing(aim: recipe.aim, routers: routers, budgets: budgets.table),
      experts: experts,
      summary: RoutingSummary(
        fitted, aim: recipe.aim, budgets: budgets.table, quality: quality),
      stability: stability, warnings: warnings)
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

  private func usesGramMatrix(_ windows: [[Int]]) -> Bool {
    RankingCalibration.usesGramMatrix(
      neurons: model.configuration.intermediateSize, tokens: windows.reduce(0) { $0 + $1.count })
  }

  /// The plan, with the errors of its experts where compensation must know them.
  private func rank(
    _ windows: [[Int]], _ parallel: Parallel, _ progress: Progress
  ) throws -> (ranked: RankingCalibration.Ranked, statistics: NeuronStatistics?) {
    let wantsErrors = compensationRank != nil
    let costs = LayerCosts(self, parallel: parallel)
    let rankingBytes =
      importance == .greedy
      ? costs.rankingBytes(tokens: windows.reduce(0) { $0 + $1.count }) : costs.reordered
    if importance == .greedy, let tokens {
      let ranked = try RankingCalibration(
        importance: importance, widths: widths, alignment: alignment, wantsErrors: wantsErrors
      ).rank(
        model, windows: windows, parallel: parallel, progress: progress,
        workspace: workspace.leaving(rankingBytes))
      let statistics = NeuronStatistics(
        layers: ranked.statistics, windows: windows, of: tokens, model: try model.fingerprint())
      return (ranked, statistics)
    }
    var evidence = evidence
    var halves: [StatisticsHalves] = []
    if needsCalibration, let tokens {
      let (found, foundHalves) = try Calibrator(
        model: model, parallel: parallel, progress: progress, workspace: workspace
      ).halvedStatistics(of: tokens, range: split?.calibration)
      (evidence, halves) = (.statistics(found), foundHalves)
    }
    let scores = try ImportanceScores(
      importance, model: model, evidence: evidence, parallel: parallel)
    var ranked: RankingCalibration.Ranked
    if wantsErrors {
      ranked = try RankingCalibration(
        importance: importance, widths: widths, alignment: alignment, scores: scores,
        wantsErrors: true
      ).rank(
        model, windows: windows, parallel: parallel, progress: progress,
        workspace: workspace.leaving(rankingBytes))
    } else {
      ranked = RankingCalibration.Ranked(
        plan: try ExpertPlan(scores, widths: widths, alignment: alignment))
    }
    ranked.stability = scores.stability(halves, plan: ranked.plan)
    var statistics: NeuronStatistics?
    if case .statistics(let counted) = evidence { statistics = counted }
    return (ranked, statistics)
  }

  private func fit(
    _ router: RouterKind, _ ranked: RankingCalibration.Ranked, _ windows: [[Int]],
    _ parallel: Parallel, _ progress: Progress
  ) throws -> [RoutingCalibration.Layer] {
    let calibration = RoutingCalibration(
      kind: router, aim: recipe.aim, compensationRank: compensationRank,
      width: recipe.routerWidth(hiddenSize: model.configuration.hiddenSize), seed: seed)
    let fittingBytes = LayerCosts(self, parallel: parallel).fittingBytes(
      tokens: windows.reduce(0) { $0 + $1.count })
    func fit(by scores: [[Matrix]], round: Int) throws -> [RoutingCalibration.Layer] {
      let costs = ranked.plan.layers.map { self.costs($0.widths) }
      let shares =
        compensationRank == nil
        ? []
        : CostCurve(aim: recipe.aim, scores: scores, costs: costs).shares(parallel: parallel)
      return try calibration.fit(
        model, plan: ranked.plan, windows: windows, shares: shares, parallel: parallel,
        progress: progress, workspace: workspace.leaving(fittingBytes), round: round)
    }
    var fitted = try fit(by: ranked.logErrors, round: 0)
    for round in 0..<rounds { fitted = try fit(by: fitted.map(\.predicted), round: round + 1) }
    return fitted
  }

  private func experts(_ widths: [Int]) -> LayerExperts {
    LayerExperts(
      widths: widths, hiddenSize: model.configuration.hiddenSize, gated: model.family.gated)
  }

  private func costs(_ widths: [Int]) -> [Double] {
    let hiddenSize = model.configuration.hiddenSize
    return LayerExperts.costs(
      widths: widths, neurons: model.configuration.intermediateSize,
      compensation: compensationRank.map {
        Compensation.parameterCount(rank: $0, hiddenSize: hiddenSize)
      } ?? 0, hiddenSize: hiddenSize, gated: model.family.gated)
  }
}
