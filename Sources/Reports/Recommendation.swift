package import Evaluation

/// The smallest budget whose perplexity stays within a limit, by the routed runs on held-out text.
package struct Recommendation: Sendable, Equatable {
  /// A place on the trade-off curve.
  package struct Point: Sendable, Equatable {
    package let budget: Double
    /// The attained cost fraction.
    package let cost: Double
    /// The perplexity over that of dense.
    package let ratio: Double

    package init(budget: Double, cost: Double, ratio: Double) {
      self.budget = budget
      self.cost = cost
      self.ratio = ratio
    }
  }

  /// The perplexity over that of dense that is still accepted.
  package let maximumRatio: Double
  /// Nil where the most expensive run is worse than that.
  package let point: Point?
  /// Whether the point was run, and is not between two that were.
  package let isMeasured: Bool

  package static let usualRatios = [1.01, 1.02, 1.05, 1.1]

  /// Goes down from the most expensive run, on straight lines from run to run, until the limit.
  ///
  /// All runs from there on are within the limit, and nothing is said of budgets that no run is
  /// beyond.
  package init(maximumRatio: Double, runs: [Point]) {
    self.maximumRatio = maximumRatio
    let runs = runs.sorted { ($0.cost, $0.budget) < ($1.cost, $1.budget) }
    let worse = runs.lastIndex { !($0.ratio <= maximumRatio) }
    let first = worse.map { $0 + 1 } ?? 0
    guard first < runs.count else {
      (point, isMeasured) = (nil, false)
      return
    }
    let inside = runs[first]
    // From what is no number there is no line.
    guard let worse, runs[worse].ratio.isFinite, inside.ratio < maximumRatio else {
      (point, isMeasured) = (inside, true)
      return
    }
    let outside = runs[worse]
    let way = (outside.ratio - maximumRatio) / (outside.ratio - inside.ratio)
    point = Point(
      budget: outside.budget + way * (inside.budget - outside.budget),
      cost: outside.cost + way * (inside.cost - outside.cost), ratio: maximumRatio)
    isMeasured = false
  }

  /// For the usual limits; nil where no budgets were run beside dense.
  package static func all(_ figures: [VariantFigures]) -> [Recommendation]? {
    let runs = Point.runs(figures)
    return runs.isEmpty ? nil : usualRatios.map { Recommendation(maximumRatio: $0, runs: runs) }
  }
}

extension Recommendation.Point {
  /// The routed runs by a budget.
  static func runs(_ figures: [VariantFigures]) -> [Recommendation.Point] {
    figures.compactMap { figures in
      guard case .choosing(.routed, .budget(let budget)) = figures.variant,
        let ratio = figures.divergence?.perplexityRatio.value
      else { return nil }
      return Self(budget: budget, cost: figures.work.costFraction, ratio: ratio)
    }
  }
}
