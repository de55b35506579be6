import Calibration
import Evaluation
import Experts

extension CalibrationReport {
  /// The report on one screen of a terminal.
  package var summary: [String] {
    var lines = [
      "\(source.name): \(source.family), \(HumanText.parameters(source.parameters)) parameters, "
        + "\(source.layers) layers × \(HumanText.count(source.intermediateSize)) neurons",
      "  ranked by \(plan.importance.rawValue)" + calibrationText,
      "  \(HumanText.bytes(source.bytes)) → \(outputName), \(HumanText.bytes(outputBytes)), "
        + "every bit of the source kept",
      "",
    ]
    lines += table
    if let heldOut {
      lines += [
        "",
        "  Held-out text: \(HumanText.count(heldOut.result.targets)) tokens in windows of "
          + "\(heldOut.context). One expert everywhere, without routing.",
      ]
    }
    lines += warnings.map { "  Warning: \($0)" }
    return lines
  }

  private var calibrationText: String {
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

  /// One value where all layers agree, else from the least to the most.
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
