import Glibc

/// Expanded integral of the exponential linear unit, whose two slopes each layer learns
/// (arXiv 2411.13010).
package struct XIELU: Sendable {
  private let positive: Float
  private let negative: Float
  private let linear: Float
  private let floor: Float

  /// - Parameters:
  ///   - positive: αp before its softplus.
  ///   - negative: αn before its softplus.
  ///   - linear: β, the slope at 0.
  ///   - floor: ε, the least magnitude of negative values in the exponential.
  package init(positive: Float, negative: Float, linear: Float, floor: Float) {
    self.positive = Self.softplus(positive)
    self.negative = linear + Self.softplus(negative)
    self.linear = linear
    self.floor = floor
  }

  /// Values that training begins with.
  static let initial = XIELU(positive: 0.203125, negative: -1.046875, linear: 0.5, floor: -1e-6)

  @inline(__always)
  func callAsFunction(_ x: Float) -> Float {
    x > 0
      ? positive * x * x + linear * x
      : (expm1f(min(x, floor)) - x) * negative + linear * x
  }

  private static func softplus(_ x: Float) -> Float { x > 20 ? x : log1pf(expf(x)) }
}

extension Matrix {
  /// xIELU of every element.
  package mutating func activate(_ function: XIELU) {
    Parallel.within.fill(&values, by: Matrix.rowsTogether * columns) { _, span in
      unsafe span.withUnsafeMutableBufferPointer { values in
        for index in values.indices { unsafe values[index] = function(values[index]) }
      }
    }
  }
}
