import Architectures
package import Calibration
package import Checkpoints
package import Experts
import Kernels
import Running
package import Work

/// Makes the expert plan of a dense model: ranks and cuts the neurons of every layer.
package struct NeuronRanking: Sendable {
  package let model: Model
  package let importance: Importance
  package let widths: ExpertWidths
  package let alignment: Int
  /// Statistics made earlier, if any.
  package let evidence: NeuronEvidence?
  /// Whether to measure the errors of the experts, which compensation and skipping need.
  package let wantsErrors: Bool
  /// Whether to measure which neurons can be skipped.
  package let wantsSkipping: Bool

  package init(
    model: Model, importance: Importance, widths: ExpertWidths, alignment: Int,
    evidence: NeuronEvidence? = nil, wantsErrors: Bool = false, wantsSkipping: Bool = false
  ) {
    self.model = model
    self.importance = importance
    self.widths = widths
    self.alignment = alignment
    self.evidence = evidence
    self.wantsErrors = wantsErrors
    self.wantsSkipping = wantsSkipping
  }

  package struct Result: Sendable {
    package let ranked: RankingSweep.Ranked
    /// Statistics that the ranking used; nil for other importance.
    package let statistics: NeuronStatistics?
  }

  /// Sweeps of the model, without costs; none if the plan follows from weights or evidence alone.
  package var stages: [Stage] {
    let counts = importance.needsStatistics && !importance.needsText && evidence == nil
    let ranks = importance == .greedy || wantsErrors
    return (counts ? [.calibrating] : [])
      + (ranks ? [.ranking.needing(counts ? .unit(Stage.calibrating.key) : nil)] : [])
  }

  /// - Parameters:
  ///   - windows: windows of calibration text; empty if no stage reads them.
  ///   - text: the text of the windows, named by the statistics; nil if unknown.
  ///   - stages: a list with ``stages``.
  ///   - context: threads, progress and workspace.
  /// - Returns: the plan, with statistics.
  /// - Throws: errors of the model and the widths.
  package func run(
    on windows: [[Int]], of text: TextTokens? = nil, _ stages: StageList, _ context: Context
  ) throws -> Result {
    func calibration(_ scores: ImportanceScores?) -> RankingSweep {
      RankingSweep(
        importance: importance, widths: widths, alignment: alignment, scores: scores,
        wantsErrors: wantsErrors, wantsSkipping: wantsSkipping)
    }
    func source(_ stage: Stage) -> LayerSweep {
      LayerSweep(model, context.leaving(stage.cost.beside), as: stage)
    }
    guard !windows.isEmpty || stages[.calibrating] == nil && stages[.ranking] == nil else {
      throw PlanError.noStatistics(importance)
    }
    if importance == .greedy, let stage = stages[.ranking] {
      let ranked = try calibration(nil).rank(windows, from: source(stage))
      return Result(
        ranked: ranked, statistics: try statistics(ranked.statistics, of: windows, text))
    }
    var evidence = evidence
    var halves: [StatisticsHalves] = []
    if let stage = stages[.calibrating] {
      let sums = try Calibrator(model, context, as: stage).sums(of: windows)
      evidence = .statistics(try statistics(sums.layers, of: windows, text))
      if windows.count > 1 { halves = sums.halves }
    }
    let scores = try ImportanceScores(
      importance, model: model, evidence: evidence, parallel: context.parallel)
    var ranked =
      if let stage = stages[.ranking] {
        try calibration(scores).rank(windows, from: source(stage))
      } else {
        RankingSweep.Ranked(
          plan: try ExpertPlan(scores, widths: widths, alignment: alignment))
      }
    ranked.stability = scores.stability(halves, plan: ranked.plan)
    var statistics: NeuronStatistics?
    if case .statistics(let counted) = evidence { statistics = counted }
    return Result(ranked: ranked, statistics: statistics)
  }

  private func statistics(
    _ layers: [NeuronStatistics.Layer], of windows: [[Int]], _ text: TextTokens?
  ) throws(ModelError) -> NeuronStatistics {
    let fingerprint = try model.fingerprint()
    guard let text else {
      return NeuronStatistics(
        layers: layers, positions: windows.reduce(0) { $0 + $1.count }, model: fingerprint,
        parts: [])
    }
    return NeuronStatistics(layers: layers, windows: windows, of: text, model: fingerprint)
  }
}
