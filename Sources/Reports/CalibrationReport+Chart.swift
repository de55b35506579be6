import Evaluation

extension CalibrationReport {
  /// Chart of the trade-off on held-out text for a terminal; nil if nothing was routed by a budget.
  package var chart: TerminalChart? {
    let figures = heldOut?.result.figures ?? []
    func series(
      _ name: String, _ mark: Character, isJoined: Bool = false, where isPart: (Variant) -> Bool
    ) -> TerminalChart.Series {
      TerminalChart.Series(
        name: name, mark: mark, isJoined: isJoined,
        points: figures.compactMap { figures in
          guard isPart(figures.variant), let ratio = figures.divergence?.perplexityRatio.value
          else { return nil }
          return .init(cost: figures.work.costFraction, ratio: ratio)
        })
    }
    func chosen(_ chooser: Variant.Chooser) -> (Variant) -> Bool {
      { variant in
        guard case .choosing(chooser, .budget) = variant else { return false }
        return true
      }
    }
    let all = [
      series("routed", "●", isJoined: true, where: chosen(.routed)),
      series("oracle", "▲", where: chosen(.oracle)),
      series("fixed", "+", where: chosen(.fixed)),
      series("random", "×", where: chosen(.random)),
      series("one expert", "○") { if case .expert = $0 { true } else { false } },
    ]
    guard all[0].points.count > 0 else { return nil }
    return TerminalChart(
      vertical: "perplexity relative to dense (logarithmic)",
      horizontal: "cost fraction: FFN parameters per token, routers included",
      series: all.filter { !$0.points.isEmpty })
  }
}
