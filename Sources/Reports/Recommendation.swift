package import Evaluation

/// Smallest budget whose perplexity stays within a limit, by the routed runs on held-out text.
package struct Recommendation: Sendable, Equatable {
  /// Point on the trade-off curve.
  package struct Point: Sendable, Equatable {
    package let budget: Double
    /// Attained cost fraction.
    package let cost: Double
    /// Perplexity divided by that of dense.
    package let ratio: Double

    package init(budget: Double, cost: Double, ratio: Double) {
      self.budget = budget
      self.cost = cost
      self.ratio = ratio
    }
  }

  /// Largest accepted perplexity, divided by that of dense.
  package let maximumRatio: Double
  /// Nil if the most expensive run is above the limit.
  package let point: Point?
  /// Whether the point is a run, and not interpolated between two.
  package let isMeasured: Bool

  package static let usualRatios = [1.01, 1.02, 1.05, 1.1]

  /// Interpolates linearly from run to run, from the most expensive one down to the limit.
  ///
  /// All more expensive runs are then within the limit. Nothing is extrapolated beyond the runs.
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
    // A ratio that is not finite cannot be interpolated.
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

  /// Recommendations for the usual limits; nil if no budgets were run along with dense.
  package static func all(_ figures: [VariantFigures]) -> [Recommendation]? {
    let runs = Point.runs(figures)
    return runs.isEmpty ? nil : usualRatios.map { Recommendation(maximumRatio: $0, runs: runs) }
  }
}

extension Recommendation.Point {
  /// Points of the runs that are routed by a budget.
  static func runs(_ figures: [VariantFigures]) -> [Recommendation.Point] {
    figures.compactMap { figures in
      guard case .choosing(.routed, .budget(let budget)) = figures.variant,
        let ratio = figures.divergence?.perplexityRatio.value
      else { return nil }
      return Self(budget: budget, cost: figures.work.costFraction, ratio: ratio)
    }
  }
}
