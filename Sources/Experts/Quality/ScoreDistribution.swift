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
    let quantiles = Quantiles(values)
    p5 = quantiles[0.05]
    p25 = quantiles[0.25]
    median = quantiles[0.5]
    p75 = quantiles[0.75]
    p95 = quantiles[0.95]
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
