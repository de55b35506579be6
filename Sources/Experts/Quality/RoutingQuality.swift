package import Kernels

/// How good the routing of all layers is at one budget, on windows that no fit has learned from.
package struct RoutingQuality: Sendable, Equatable {
  /// The budget that people look at first.
  package static let usualBudget = 0.5

  package let budget: Double
  /// What the table gives for the budget: a threshold, or a price.
  package let knob: Double
  /// The cost fraction of the routed run whose states were seen.
  package let routedCost: Double
  package let layers: [LayerQuality]

  package var tokens: Int { layers.first?.dense.tokens ?? 0 }

  /// Measures at ``usualBudget``, or the nearest that the table reaches; nil where it has no rows.
  ///
  /// - Parameters:
  ///   - predicted: for each layer and window what the routers predict on the dense model's states.
  ///   - truth: the same as it truly is.
  ///   - budgets: the table, and what was seen in a routed run.
  ///   - aim: what the routers predict.
  ///   - experts: of every layer.
  ///   - parallel: the loop.
  package init?(
    predicted: [[Matrix]], truth: [[Matrix]], budgets: BudgetCalibration.Result, aim: RouterAim,
    experts: [LayerExperts], parallel: Parallel
  ) {
    let table = budgets.table
    guard let routed = budgets.routed, let first = table.rows.first, let last = table.rows.last
    else { return nil }
    budget = min(max(Self.usualBudget, first.cost), last.cost)
    let rule = table.rule(budget: budget, aim: aim, experts: experts.first?.experts ?? 1)
    switch rule {
    case .threshold(let value), .price(let value): knob = value
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
