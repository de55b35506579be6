/// Choices that go together; each can be overruled.
package enum Recipe: String, Sendable, CaseIterable {
  /// The method as far as it is published (arXiv 2502.12325): neurons by magnitude, four experts,
  /// the smallest one that is similar enough.
  case dynamoe
  /// Greedy ranking, eight experts with compensation, the one whose error in the residual stream is
  /// worth its price.
  case residual

  package var importance: Importance {
    switch self {
    case .dynamoe: .magnitude
    case .residual: .greedy
    }
  }

  /// - Parameter isCompensated: whether something stands in for what experts drop.
  /// - Returns: for every layer the same.
  package func widths(isCompensated: Bool) -> ExpertWidths {
    switch self {
    case .dynamoe: .equal(experts: 4)
    // With compensation most tokens of most layers need hardly any neuron, so steps are finer there.
    case .residual where isCompensated:
      .fractions([1 / 24, 1 / 12, 1 / 6, 1 / 4, 3 / 8, 1 / 2, 3 / 4, 1])
    case .residual: .equal(experts: 8)
    }
  }

  package var aim: RouterAim {
    switch self {
    case .dynamoe: .similarity
    case .residual: .logError
    }
  }

  /// How many hidden values a router has: its cost counts, and no more than this paid for itself.
  package func routerWidth(hiddenSize: Int) -> Int {
    switch self {
    case .dynamoe: min(max(hiddenSize / 4, 16), 256)
    case .residual: min(max(hiddenSize / 8, 16), 256)
    }
  }

  /// The rank of compensation where none is asked for; 0 for none.
  package func compensationRank(hiddenSize: Int) -> Int {
    switch self {
    case .dynamoe: 0
    case .residual: max(hiddenSize / 32, 1)
    }
  }
}
