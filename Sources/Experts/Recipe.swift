package import DMOE

/// Presets of the conversion options; each option can be overridden.
package enum Recipe: String, Sendable, CaseIterable {
  /// Method of arXiv 2502.12325 as far as it is published: ranking by magnitude, four experts,
  /// choice of the smallest expert above a similarity threshold.
  case dynamoe
  /// Greedy ranking, eight experts with compensation, choice of the expert with the least sum of
  /// residual stream error and price times cost.
  case residual

  package var importance: Importance {
    switch self {
    case .dynamoe: .magnitude
    case .residual: .greedy
    }
  }

  /// - Parameter isCompensated: whether experts have compensation.
  /// - Returns: the same scheme for every layer.
  package func widths(isCompensated: Bool) -> ExpertWidths {
    switch self {
    case .dynamoe: .equal(experts: 4)
    // With compensation most tokens of most layers need few neurons, so small experts get finer
    // steps.
    case .residual where isCompensated:
      .fractions([1 / 24, 1 / 12, 1 / 6, 1 / 4, 3 / 8, 1 / 2, 3 / 4, 1])
    case .residual: .equal(experts: 8)
    }
  }

  package var target: RouterTarget {
    switch self {
    case .dynamoe: .similarity
    case .residual: .logError
    }
  }

  /// Whether experts skip neurons at the price by which routers choose.
  package var skips: Bool { target == .logError }

  /// Hidden values of a router; wider routers do not repay their own cost.
  package func routerWidth(hiddenSize: Int) -> Int {
    switch self {
    case .dynamoe: min(max(hiddenSize / 4, 16), 256)
    case .residual: min(max(hiddenSize / 8, 16), 256)
    }
  }

  /// Default rank of the compensation; 0 for none.
  package func compensationRank(hiddenSize: Int) -> Int {
    switch self {
    case .dynamoe: 0
    case .residual: max(hiddenSize / 32, 1)
    }
  }
}
