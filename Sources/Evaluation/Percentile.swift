import Kernels

/// Percentile of sorted values, as the share of values below it.
package enum Percentile: Double, CaseIterable, Sendable {
  case maximum = 1
  case p999 = 0.999
  case p99 = 0.99
  case p95 = 0.95
  case p90 = 0.9
  case median = 0.5
  case p10 = 0.1
  case p5 = 0.05
  case p1 = 0.01
  case minimum = 0

  /// Computes all percentiles by linear interpolation between the two nearest values.
  ///
  /// - Parameter values: at least one.
  /// - Returns: a value for each percentile; NaN for all if any value is NaN, as NaN has no order.
  static func all(of values: [Float]) -> [Percentile: Double] {
    let quantiles = Quantiles(values)
    return Dictionary(uniqueKeysWithValues: allCases.map { ($0, quantiles[$0.rawValue]) })
  }
}
