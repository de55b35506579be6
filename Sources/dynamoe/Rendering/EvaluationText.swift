import Evaluation
import Reports

/// Table of the figures of all variants.
struct EvaluationText {
  let lines: [String]

  init(_ result: Evaluator.Result, context: Int, name: String) {
    let skips = result.figures.contains { $0.work.windowCostFraction != $0.work.costFraction }
    var table = TextTable(
      [("variant", .left), ("perplexity", .right), ("× dense", .right), ("cost", .right)]
        + (skips ? [("in windows", .right)] : [])
        + [
          ("mean KLD", .right), ("RMS Δp", .right), ("same top p", .right), ("tokens/s", .right),
        ])
    for figures in result.figures {
      let divergence = figures.divergence
      let quality = [
        figures.variant.name,
        Self.text(Estimate(figures.perplexity, standardError: figures.perplexityError)),
        divergence.map { Self.text($0.perplexityRatio) } ?? "–",
        HumanText.percent(figures.work.costFraction),
      ]
      let windows = skips ? [HumanText.percent(figures.work.windowCostFraction)] : []
      let agreement = [
        divergence.map { HumanText.fixed($0.meanKLD.value, digits: 4) } ?? "–",
        Self.percent(divergence?.rmsDeltaP), Self.percent(divergence?.sameTopP),
        figures.work.tokensPerSecond.map { HumanText.fixed($0, digits: 0) } ?? "–",
      ]
      table.add(quality + windows + agreement)
    }
    lines =
      ["\(name): \(HumanText.count(result.targets)) tokens in windows of \(context)", ""]
      + table.lines() + Self.note(result.figures)
  }

  /// What was measured of experts that run alone, if they are refitted.
  private static func note(_ figures: [VariantFigures]) -> [String] {
    guard figures.contains(where: \.isRefitted) else { return [] }
    let hasBare = figures.contains { if case .bare = $0.variant { true } else { false } }
    return [
      "",
      "Down projections of experts that run alone are refitted, as export writes them"
        + (hasBare ? "; @bare: as they are" : ""),
    ]
  }

  /// Reduces the digits of large values, so that the table fits the width of a screen.
  private static func text(_ estimate: Estimate) -> String {
    let digits = abs(estimate.value) < 100 ? 3 : 1
    return HumanText.fixed(estimate.value, digits: digits)
      + " ± " + HumanText.fixed(estimate.standardError, digits: digits)
  }

  private static func percent(_ estimate: Estimate?) -> String {
    estimate.map { HumanText.fixed(100 * $0.value, digits: 1) + " %" } ?? "–"
  }
}
