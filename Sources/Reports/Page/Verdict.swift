/// Result of the figures in a sentence, by the rules in `formats/report.md`.
struct Verdict {
  let heldOut: PageHeldOut?

  var text: String {
    guard heldOut != nil else {
      return "No text was given to measure on, so the quality of each size is unknown."
    }
    if let run = nearestHalf(.routed), let ratio = run.ratio {
      return sentence(run, ratio, "with an expert per token chosen by the routers")
        + comparison(at: run.budget)
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
      abs(run.cost - 0.5) <= 0.03
      ? "At half the FFN cost" : "At \(PageText.percent(run.cost)) of the FFN cost"
    return "\(cost), \(how), perplexity \(PageText.growth(ratio))."
  }

  private func comparison(at budget: Double?) -> String {
    func ratio(_ kind: PageHeldOut.Kind) -> Double? {
      heldOut?.runs(kind).first { $0.budget == budget }?.ratio
    }
    guard budget != nil, let fixed = ratio(.fixed), let oracle = ratio(.oracle) else { return "" }
    return " At that budget, with one width for all tokens: \(PageText.change(fixed)); "
      + "with perfect routing: \(PageText.change(oracle))."
  }
}
