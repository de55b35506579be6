/// Change of rotary frequencies for windows longer than a model was first trained on.
package enum RotaryScaling: Sendable, Equatable {
  case none
  /// Positions divided by a factor (arXiv 2306.15595).
  case linear(factor: Double)
  /// Low frequencies divided by a factor, with a smooth transition (Llama 3.1).
  case llama3(factor: Double, low: Double, high: Double, original: Double)
  /// Some frequencies divided by a factor (YaRN, arXiv 2309.00071).
  ///
  /// `truncates` rounds the ends of the transition to whole pairs.
  case yarn(
    factor: Double, fast: Double, slow: Double, original: Double, magnitude: Double,
    truncates: Bool = true)
  /// Base that grows with windows longer than `original` (NTK-aware).
  case dynamic(factor: Double, original: Double)
  /// Divisors for each pair, by the length of the window (LongRoPE, arXiv 2402.13753).
  case long(short: [Double], long: [Double], original: Int, magnitude: Double)
}
