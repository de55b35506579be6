package import Kernels

/// Quantiles of an expert's true scores over tokens.
package struct ScoreDistribution: Sendable, Equatable {
  package let p5: Double
  package let p25: Double
  package let median: Double
  package let p75: Double
  package let p95: Double

  /// Quantiles, interpolated linearly at position `share · (n − 1)` of the sorted values.
  ///
  /// - Parameter values: at least one; NaN among them makes all quantiles NaN.
  package init(_ values: [Float]) {
    precondition(!values.isEmpty, "no values")
    let isOrdered = !values.contains(where: \.isNaN)
    let sorted = values.sorted()
    func quantile(_ share: Double) -> Double {
      guard isOrdered else { return .nan }
      let position = share * Double(sorted.count - 1)
      let below = Int(position)
      let low = Double(sorted[below])
      let high = Double(sorted[min(below + 1, sorted.count - 1)])
      return low + (position - Double(below)) * (high - low)
    }
    p5 = quantile(0.05)
    p25 = quantile(0.25)
    median = quantile(0.5)
    p75 = quantile(0.75)
    p95 = quantile(0.95)
  }

  /// Distributions of all experts but the last.
  ///
  /// - Parameter truth: true scores by window, a row for each token and a column for each expert
  ///   but the last.
  /// - Returns: one distribution for each of these experts.
  package static func all(_ truth: [Matrix]) -> [ScoreDistribution] {
    (0..<(truth.first?.columns ?? 0)).map { expert in
      ScoreDistribution(
        truth.flatMap { window in
          (0..<window.rows).map { window.values[$0 * window.columns + expert] }
        })
    }
  }
}
