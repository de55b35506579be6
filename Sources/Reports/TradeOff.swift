import Evaluation

/// Cost and perplexity ratios at one budget, for the routed run and its comparisons.
struct TradeOff {
  let budget: Double
  /// Attained cost fraction of the routed run.
  let cost: Double?
  /// Cost fraction of the same choices in a window; nil if it is the same.
  let windowCost: Double?
  /// Perplexity divided by that of dense, for each chooser that was measured.
  let ratios: [Variant.Chooser: Double]

  /// Trade-offs at the measured budgets, in ascending order.
  static func all(_ figures: [VariantFigures]) -> [TradeOff] {
    var byBudget: [Double: [Variant.Chooser: VariantFigures]] = [:]
    for figures in figures {
      guard case .choosing(let chooser, .budget(let budget)) = figures.variant else { continue }
      byBudget[budget, default: [:]][chooser] = figures
    }
    return byBudget.sorted { $0.key < $1.key }.map { budget, figures in
      TradeOff(
        budget: budget, cost: figures[.routed]?.work.costFraction,
        windowCost: figures[.routed].flatMap { routed in
          let cost = routed.work.windowCostFraction
          return cost == routed.work.costFraction ? nil : cost
        },
        ratios: figures.compactMapValues { $0.divergence?.perplexityRatio.value })
    }
  }
}
