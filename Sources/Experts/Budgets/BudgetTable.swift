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

  /// Cost fraction in a window, where no neurons are skipped, with the price that routers need.
  package struct WindowRow: Sendable, Equatable {
    package let cost: Double
    package let price: Double

    package init(cost: Double, price: Double) {
      self.cost = cost
      self.price = price
    }
  }

  /// Cost fraction of the smallest expert everywhere, which needs no router.
  package let smallest: Double
  /// Ordered by strictly increasing cost, with strictly monotone knobs.
  package let rows: [Row]
  /// In the same order; nil if experts skip no neurons, so that ``rows`` serve windows too.
  package let windowRows: [WindowRow]?

  package init(smallest: Double, rows: [Row], windowRows: [WindowRow]? = nil) {
    self.smallest = smallest
    self.rows = rows
    self.windowRows = windowRows
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
    let knobs = rows.map { (cost: $0.cost, knob: isOracle ? $0.oracle : $0.routed) }
    return Self.rule(budget, knobs, target: target, experts: experts) { target.rule($0) }
  }

  /// Choice rule for a budget in windows, where experts skip no neurons.
  ///
  /// - Parameters:
  ///   - windowBudget: the wanted cost fraction, as in ``rule(budget:target:experts:isOracle:)``.
  ///   - target: distinguishes thresholds from prices.
  ///   - experts: number of experts.
  /// - Returns: a rule for all layers.
  package func rule(windowBudget: Double, target: RouterTarget, experts: Int) -> ChoiceRule {
    let knobs =
      windowRows.map { $0.map { (cost: $0.cost, knob: $0.price) } }
      ?? rows.map { (cost: $0.cost, knob: $0.routed) }
    return Self.rule(windowBudget, knobs, target: target, experts: experts) {
      target.windowRule($0)
    }
  }

  private static func rule(
    _ budget: Double, _ rows: [(cost: Double, knob: Double)], target: RouterTarget, experts: Int,
    _ rule: (Double) -> ChoiceRule
  ) -> ChoiceRule {
    guard budget < 1 else { return .always(experts - 1) }
    guard let first = rows.first, let last = rows.last, budget >= first.cost else {
      return .always(0)
    }
    guard let upper = rows.first(where: { $0.cost > budget }) else { return rule(last.knob) }
    let lower = rows.last { $0.cost <= budget } ?? first
    let share = (budget - lower.cost) / (upper.cost - lower.cost)
    return switch target {
    case .similarity: rule(lower.knob + share * (upper.knob - lower.knob))
    // Prices span many powers of ten.
    case .logError: rule(exp(log(lower.knob) + share * (log(upper.knob) - log(lower.knob))))
    }
  }
}
