import Architectures
import Calibration
import Evaluation
import Experts
import Tensors

extension CalibrationReport {
  /// Summary for a terminal.
  ///
  /// - Parameter withChart: whether to draw the trade-off, which takes up to 70 columns and Unicode
  ///   characters.
  /// - Returns: lines.
  package func summary(withChart: Bool) -> [String] {
    var lines = [
      "\(source.name): \(source.family), \(HumanText.parameters(source.parameters)) parameters, "
        + "\(source.neurons.layers.count) layers × \(HumanText.spread(source.neurons.layers)) neurons",
      "  ranked by \(plan.importance.rawValue)" + calibrationText,
      "  \(HumanText.bytes(source.bytes)) → \(outputName), \(HumanText.bytes(outputBytes)), "
        + (isOverlay ? "an overlay: the weights stay in the source" : keptText),
      "",
    ]
    lines += table
    if let heldOut {
      lines += [
        "",
        "  Held-out text: \(HumanText.count(heldOut.result.targets)) tokens in windows of "
          + "\(heldOut.context). Above: one expert for all tokens, "
          + (heldOut.result.figures.contains(where: \.isRefitted)
            ? "refitted." : "uncompensated."),
      ]
      lines += Self.tradeOff(heldOut.result.figures)
      if withChart, let chart { lines += [""] + chart.lines() + [""] }
      lines += Self.recommendation(heldOut.result.figures) + Self.rounded(heldOut.result.rounded)
    }
    lines += warnings.flatMap { HumanText.wrapped("  Warning: \($0)", indent: 4) }
    return lines
  }

  /// Table of perplexity ratios by budget; empty if nothing was run by a budget.
  private static func tradeOff(_ figures: [VariantFigures]) -> [String] {
    let rows = TradeOff.all(figures)
    guard !rows.isEmpty else { return [] }
    let choosers = Variant.Chooser.allCases
    let skips = rows.contains { $0.windowCost != nil }
    func percent(_ cost: Double?) -> String {
      cost.map { HumanText.fixed(100 * $0, digits: 1) + " %" } ?? ""
    }
    var table = TextTable(
      [("budget", .left), ("cost", .right)] + (skips ? [("in windows", .right)] : [])
        + choosers.map { ($0.rawValue, .right) })
    for row in rows {
      table.add(
        ["\(row.budget)", percent(row.cost)] + (skips ? [percent(row.windowCost)] : [])
          + choosers.map { chooser in
            row.ratios[chooser].map { ($0.isFinite ? "× " : "") + HumanText.fixed($0, digits: 3) }
              ?? ""
          })
    }
    return ["  Below: an expert chosen for each token; perplexity relative to dense.", ""]
      + table.lines()
  }

  /// Recommended budget for at most 2 % more perplexity.
  private static func recommendation(_ figures: [VariantFigures]) -> [String] {
    let all = Recommendation.all(figures) ?? []
    return all.filter { $0.maximumRatio == 1.02 }
      .map { "  " + $0.text(Recommendation.Point.runs(figures)) }
  }

  /// Perplexity ratios of the dense model with rounded weights, the alternative to experts.
  private static func rounded(_ figures: [RoundedFigures]) -> [String] {
    guard !figures.isEmpty else { return [] }
    let all = figures.map { figures in
      "\(figures.elementType.rawValue) × "
        + HumanText.fixed(figures.divergence.perplexityRatio.value, digits: 3)
        + " (\(HumanText.bytes(figures.bytesPerToken)) per token)"
    }
    return ["  For comparison, dense quantised: " + all.joined(separator: ", ")]
  }

  private var keptText: String {
    guard let first = exactness.recoded.first else {
      return "every bit of the source kept"
        + (exactness.keepsDownWhole ? ", down projections whole in every download" : "")
    }
    let worst = exactness.recoded.map(\.relative).max() ?? 0
    return "down as \(first.elementType.rawValue) ("
      + (worst == 0
        ? "every value kept" : "error at most \(HumanText.fixed(100 * worst, digits: 3)) %")
      + "), every other bit kept"
  }

  private var calibrationText: String {
    if let importanceMatrix {
      let texts = importanceMatrix.datasets.joined(separator: ", ")
      return " from an importance matrix" + (texts.isEmpty ? "" : " of \(texts)")
    }
    guard let calibration else { return ", without text" }
    return " on \(HumanText.count(calibration.tokens)) tokens of calibration text"
  }

  private var table: [String] {
    var columns: [(title: String, alignment: TextTable.Alignment)] = [
      ("expert", .left), ("neurons", .right), ("FFN", .right), ("download", .right),
      ("importance held", .right),
    ]
    if heldOut != nil { columns += [("perplexity", .right), ("", .right)] }
    var table = TextTable(columns)
    for (index, expert) in experts.enumerated() {
      let isDense = index == experts.count - 1
      var row = [
        isDense ? "\(index) = dense" : "\(index)",
        Self.range(plan.layers.map { $0.widths[index] }),
        HumanText.percent(expert.activeFFNFraction), HumanText.bytes(expert.bytes),
        Self.percentRange(plan.layers.map { $0.coverage[index] }),
      ]
      if let heldOut {
        let own = heldOut.result.figures.first { $0.variant == .expert(index) }
        row.append(own.map { HumanText.fixed($0.perplexity, digits: 2) } ?? "")
        let ratio = own?.divergence?.perplexityRatio.value
        row.append(ratio.map { "× \(HumanText.fixed($0, digits: 2))" } ?? "")
      }
      table.add(row)
    }
    return table.lines()
  }

  /// Single value if all layers agree, else the smallest and the largest.
  private static func range(_ widths: [Int]) -> String {
    let least = HumanText.count(widths.min() ?? 0)
    let most = HumanText.count(widths.max() ?? 0)
    return least == most ? least : "\(least)…\(most)"
  }

  private static func percentRange(_ shares: [Double]) -> String {
    let least = HumanText.fixed(100 * (shares.min() ?? 0), digits: 0)
    let most = HumanText.fixed(100 * (shares.max() ?? 0), digits: 0)
    return least == most ? "\(least) %" : "\(least)…\(most) %"
  }
}
