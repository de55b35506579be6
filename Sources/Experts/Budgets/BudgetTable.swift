package import DMOE
import Glibc

/// Measured costs and the knobs that lead to them.
package struct BudgetTable: Sendable, Equatable {
  /// Cost fraction with its knobs: `routed` for choices by routers, `oracle` for choices by true
  /// scores.
  package struct Row: Sendable, Equatable {
    package let cost: Double
    package let routed: Double
    package let oracle: Double

    package init(cost: Double, routed: Double, oracle: Double) {
      self.cost = cost
      self.routed = routed
      self.oracle = oracle
    }
  }

  /// Cost fraction of the smallest expert everywhere, which needs no router.
  package let smallest: Double
  /// Ordered by strictly increasing cost, with strictly monotone knobs.
  package let rows: [Row]

  package init(smallest: Double, rows: [Row]) {
    self.smallest = smallest
    self.rows = rows
  }

  /// Whether knobs follow the costs: thresholds rise, prices fall.
  static func isMonotone(_ lower: Row, _ upper: Row, _ target: RouterTarget) -> Bool {
    switch target {
    case .similarity: lower.routed < upper.routed && lower.oracle < upper.oracle
    case .logError: lower.routed > upper.routed && lower.oracle > upper.oracle
    }
  }

  /// Choice rule for a budget; knobs are interpolated between rows.
  ///
  /// - Parameters:
  ///   - budget: the wanted cost fraction. 1 or more gives the full expert everywhere; less than
  ///     the first row gives the smallest.
  ///   - target: distinguishes thresholds from prices.
  ///   - experts: number of experts.
  ///   - isOracle: whether choices are by true scores.
  /// - Returns: a rule for all layers.
  package func rule(
    budget: Double, target: RouterTarget, experts: Int, isOracle: Bool = false
  ) -> ChoiceRule {
    guard budget < 1 else { return .always(experts - 1) }
    guard let first = rows.first, let last = rows.last, budget >= first.cost else {
      return .always(0)
    }
    func knob(_ row: Row) -> Double { isOracle ? row.oracle : row.routed }
    guard let upper = rows.first(where: { $0.cost > budget }) else {
      return target.rule(knob(last))
    }
    let lower = rows.last { $0.cost <= budget } ?? first
    let share = (budget - lower.cost) / (upper.cost - lower.cost)
    switch target {
    case .similarity:
      return .threshold(knob(lower) + share * (knob(upper) - knob(lower)))
    case .logError:
      // Prices span many powers of ten.
      return .price(exp(log(knob(lower)) + share * (log(knob(upper)) - log(knob(lower)))))
    }
  }
}
