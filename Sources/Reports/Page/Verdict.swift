/// Result of the figures in a sentence, by the rules in `formats/report.md`.
struct Verdict {
  let heldOut: PageHeldOut?

  /// Difference up to which costs count as equal.
  private static let tolerance = 0.03

  var text: String {
    guard heldOut != nil else {
      return "No text was given to measure on, so the quality of each size is unknown."
    }
    if let run = nearestHalf(.routed), let ratio = run.ratio {
      return sentence(run, ratio, "with an expert per token chosen by the routers")
        + comparison(with: run)
    }
    if let run = nearestHalf(.expert), let ratio = run.ratio {
      return sentence(run, ratio, "with one size for all tokens and no routers")
    }
    return "The dense model was not run, so the quality of each size is unknown."
  }

  /// Run whose cost is nearest to half.
  private func nearestHalf(_ kind: PageHeldOut.Kind) -> PageHeldOut.Run? {
    heldOut?.runs(kind).filter { $0.ratio != nil && $0.cost < 0.995 }
      .min { abs($0.cost - 0.5) < abs($1.cost - 0.5) }
  }

  private func sentence(_ run: PageHeldOut.Run, _ ratio: Double, _ how: String) -> String {
    let cost =
      abs(run.cost - 0.5) <= Self.tolerance
      ? "At half the FFN cost" : "At \(PageText.percent(run.cost)) of the FFN cost"
    let window = run.otherWindowCost.map {
      " for one token at a time (\(PageText.percent($0)) in windows)"
    }
    return "\(cost)\(window ?? ""), \(how), perplexity \(PageText.growth(ratio))."
  }

  /// Runs with one size for all tokens and with perfect routing, at the cost of a routed run.
  private func comparison(with run: PageHeldOut.Run) -> String {
    func ratio(_ kind: PageHeldOut.Kind) -> Double? {
      heldOut?.runs(kind).first { $0.budget == run.budget }?.ratio
    }
    guard run.budget != nil, let fixed = ratio(.fixed), let oracle = ratio(.oracle) else {
      return ""
    }
    let refitted = heldOut?.runs(.expert)
      .filter { $0.isRefitted && abs($0.cost - run.cost) <= Self.tolerance }
      .min { abs($0.cost - run.cost) < abs($1.cost - run.cost) }?.ratio
    let plain =
      refitted.map { "one refitted expert for all tokens: \(PageText.change($0))" }
      ?? "one width for all tokens: \(PageText.change(fixed))"
    return " At that budget, with \(plain); with perfect routing: \(PageText.change(oracle))."
  }
}
