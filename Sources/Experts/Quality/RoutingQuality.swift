package import DMOE
package import Kernels

/// Routing quality of all layers at one budget, on windows held back from all fits.
package struct RoutingQuality: Sendable, Equatable {
  /// Budget at which quality is measured.
  package static let usualBudget = 0.5

  package let budget: Double
  /// Threshold or price for the budget, from the table.
  package let knob: Double
  /// Cost fraction of the observed routed run.
  package let routedCost: Double
  package let layers: [LayerQuality]

  package var tokens: Int { layers.first?.dense.tokens ?? 0 }

  /// Measures at ``usualBudget``, or the nearest budget in the range of the table; nil if the table
  /// has no rows.
  ///
  /// - Parameters:
  ///   - predicted: router predictions on the dense model's states, by layer and window.
  ///   - truth: true scores on the same states.
  ///   - budgets: the table, and the scores of a routed run.
  ///   - target: the score that routers predict.
  ///   - experts: experts of all layers.
  ///   - parallel: the parallel loop.
  package init?(
    predicted: [[Matrix]], truth: [[Matrix]], budgets: BudgetSweep.Result, target: RouterTarget,
    experts: [LayerExperts], parallel: Parallel
  ) {
    let table = budgets.table
    guard let routed = budgets.routed, let first = table.rows.first, let last = table.rows.last
    else { return nil }
    budget = min(max(Self.usualBudget, first.cost), last.cost)
    let rule = table.rule(budget: budget, target: target, experts: experts.first?.experts ?? 1)
    switch rule {
    case .threshold(let value), .price(let value), .windowPrice(let value): knob = value
    case .always: return nil
    }
    routedCost = routed.cost
    layers = parallel.map(experts.count) { layer in
      LayerQuality(
        dense: (predicted[layer], truth[layer]),
        routed: (routed.predicted[layer], routed.truth[layer]), rule: rule,
        experts: experts[layer])
    }
  }
}
