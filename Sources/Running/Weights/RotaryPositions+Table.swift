import Architectures
import Glibc
import Kernels

extension RotaryPositions {
  /// Rotations of the first positions, for windows of a length.
  func table(headDimension: Int, positions: Int, length: Int) -> RotaryEmbedding {
    let base = base(length: length)
    var divided = RotaryEmbedding.frequencies(dimension: dimension, base: base)
    if !divisors.isEmpty { divided = zip(divided, divisors).map { $0 / $1 } }
    let (frequencies, scale) = scaling.scaled(divided, base: base, length: length)
    return RotaryEmbedding(
      headDimension: headDimension, frequencies: frequencies, magnitude: magnitude * scale,
      positions: positions)
  }

  /// Base for windows of a length.
  private func base(length: Int) -> Double {
    guard case .dynamic(let factor, let original) = scaling, Double(length) > original,
      dimension > 2
    else { return base }
    let growth = factor * Double(length) / original - (factor - 1)
    return base * pow(growth, Double(dimension) / Double(dimension - 2))
  }
}

extension RotaryScaling {
  /// Scaled frequencies, and the factor of rotated values.
  ///
  /// - Parameters:
  ///   - frequencies: unscaled frequency of each pair.
  ///   - base: base of these frequencies.
  ///   - length: length of the window.
  /// - Returns: as many frequencies.
  fileprivate func scaled(
    _ frequencies: [Double], base: Double, length: Int
  ) -> (frequencies: [Double], magnitude: Double) {
    switch self {
    case .none, .dynamic: return (frequencies, 1)
    case .linear(let factor): return (frequencies.map { $0 / factor }, 1)
    case .long(let short, let long, let original, let magnitude):
      let divisors = length > original ? long : short
      return (zip(frequencies, divisors).map { $0 / $1 }, magnitude)
    case .llama3(let factor, let low, let high, let original):
      let scaled = frequencies.map { frequency in
        let turns = original * frequency / (2 * .pi)
        if turns > high { return frequency }
        if turns < low { return frequency / factor }
        let share = (turns - low) / (high - low)
        return (1 - share) * frequency / factor + share * frequency
      }
      return (scaled, 1)
    case .yarn(let factor, let fast, let slow, let original, let magnitude, let truncates):
      /// Index of the pair that makes `turns` turns within the original window.
      func pair(turns: Double) -> Double {
        Double(frequencies.count) * log(original / (turns * 2 * .pi)) / log(base)
      }
      let (first, last) = (pair(turns: fast), pair(turns: slow))
      let start = max(truncates ? first.rounded(.down) : first, 0)
      let end = min(truncates ? last.rounded(.up) : last, Double(2 * frequencies.count - 1))
      let length = end == start ? 0.001 : end - start
      let scaled = frequencies.enumerated().map { index, frequency in
        let share = min(max((Double(index) - start) / length, 0), 1)
        return frequency / factor * share + frequency * (1 - share)
      }
      return (scaled, magnitude)
    }
  }
}
