import Evaluation

/// What a budget costs and keeps, with what it is compared with.
struct TradeOff {
  let budget: Double
  /// The attained cost fraction of the routed run.
  let cost: Double?
  /// The perplexity over that of dense, for each way to choose that was measured.
  let ratios: [Variant.Chooser: Double]

  /// The budgets that were measured, in ascending order.
  static func all(_ figures: [VariantFigures]) -> [TradeOff] {
    var byBudget: [Double: [Variant.Chooser: VariantFigures]] = [:]
    for figures in figures {
      guard case .choosing(let chooser, .budget(let budget)) = figures.variant else { continue }
      byBudget[budget, default: [:]][chooser] = figures
    }
    return byBudget.sorted { $0.key < $1.key }.map { budget, figures in
      TradeOff(
        budget: budget, cost: figures[.routed]?.work.costFraction,
        ratios: figures.compactMapValues { $0.divergence?.perplexityRatio.value })
    }
  }
}
