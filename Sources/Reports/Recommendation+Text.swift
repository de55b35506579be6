import Evaluation
import Glibc

extension Recommendation {
  /// Line such as `For at most 2 % more perplexity: budget 0.67 (measured 0.65: × 1.021)`.
  ///
  /// - Parameter runs: the runs that the recommendation is based on; the nearest is quoted.
  /// - Returns: one line.
  package func text(_ runs: [Point]) -> String {
    let limit = HumanText.fixed(100 * (maximumRatio - 1), digits: 0)
    let start = "For at most \(limit) % more perplexity: "
    guard let point else {
      let best = runs.max { $0.cost < $1.cost }
      return start + "none of the measured budgets" + (best.map { ", up to \(Self.run($0))" } ?? "")
    }
    guard !isMeasured else {
      return start + "budget \(point.budget) (measured: \(Self.ratio(point)))"
    }
    // Rounded up, so that the budget still keeps the limit.
    let budget = ceil(100 * point.budget - 1e-9) / 100
    let nearest = runs.min { abs($0.budget - point.budget) < abs($1.budget - point.budget) }
    return start + "budget \(HumanText.fixed(budget, digits: 2))"
      + (nearest.map { " (measured \(Self.run($0)))" } ?? "")
  }

  private static func run(_ point: Point) -> String { "\(point.budget): \(ratio(point))" }

  private static func ratio(_ point: Point) -> String {
    "× \(HumanText.fixed(point.ratio, digits: 3))"
  }
}
