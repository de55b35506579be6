import Glibc

/// Which knob leads to which cost, by measurement.
package struct BudgetTable: Sendable, Equatable {
  /// A cost fraction, and the knobs that led to it: for choices by the routers, and by the truth.
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

  /// The cost fraction of the smallest expert everywhere, which needs no router.
  package let smallest: Double
  /// By strictly increasing cost; knobs are strictly monotone.
  package let rows: [Row]

  package init(smallest: Double, rows: [Row]) {
    self.smallest = smallest
    self.rows = rows
  }

  /// Whether knobs go the way that costs go: thresholds up, prices down.
  static func isMonotone(_ lower: Row, _ upper: Row, _ aim: RouterAim) -> Bool {
    switch aim {
    case .similarity: lower.routed < upper.routed && lower.oracle < upper.oracle
    case .logError: lower.routed > upper.routed && lower.oracle > upper.oracle
    }
  }

  /// The rule of choice that costs as much as a budget says.
  ///
  /// - Parameters:
  ///   - budget: the wanted cost fraction. At 1 or more it is the full expert everywhere; below what
  ///     routing can reach the smallest.
  ///   - aim: what the knobs mean.
  ///   - experts: how many there are.
  ///   - isOracle: whether the choice is by the truth.
  /// - Returns: a rule for all layers.
  package func rule(
    budget: Double, aim: RouterAim, experts: Int, isOracle: Bool = false
  ) -> ChoiceRule {
    guard budget < 1 else { return .always(experts - 1) }
    guard let first = rows.first, let last = rows.last, budget >= first.cost else {
      return .always(0)
    }
    func knob(_ row: Row) -> Double { isOracle ? row.oracle : row.routed }
    guard let upper = rows.first(where: { $0.cost > budget }) else { return aim.rule(knob(last)) }
    let lower = rows.last { $0.cost <= budget } ?? first
    let share = (budget - lower.cost) / (upper.cost - lower.cost)
    switch aim {
    case .similarity:
      return .threshold(knob(lower) + share * (knob(upper) - knob(lower)))
    case .logError:
      // Prices span many powers of ten.
      return .price(exp(log(knob(lower)) + share * (log(knob(upper)) - log(knob(lower)))))
    }
  }
}
