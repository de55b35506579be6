import CVectors

/// Non-linear function of a feed-forward layer.
package enum Activation: String, Sendable, CaseIterable {
  /// `x / (1 + e⁻ˣ)`, also called swish.
  case silu
  /// `x Φ(x)`, Φ being the normal distribution function (arXiv 1606.08415).
  case gelu
  /// Tanh approximation of GELU: `x (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2`.
  case geluTanh = "gelu_tanh"
  /// `max(x, 0)`.
  case relu
  /// `max(x, 0)²` (arXiv 2109.08668).
  case reluSquared = "relu2"
  /// ``XIELU``, with numbers of each layer.
  case xielu

  /// `x ← act(x) · factor` for every element; no factor is 1.
  fileprivate func apply(
    to values: UnsafeMutableBufferPointer<Float>, times factor: UnsafePointer<Float>? = nil
  ) {
    switch self {
    case .silu: unsafe cv_silu(values.baseAddress, factor, values.count)
    case .geluTanh: unsafe cv_gelu_tanh(values.baseAddress, factor, values.count)
    case .gelu: unsafe Self.loop(values, factor) { $0 * Matrix.normal($0) }
    case .relu: unsafe Self.loop(values, factor) { max($0, 0) }
    case .reluSquared: unsafe Self.loop(values, factor) { max($0, 0) * max($0, 0) }
    case .xielu: unsafe Self.loop(values, factor) { XIELU.initial($0) }
    }
  }

  @inline(__always)
  private static func loop(
    _ values: UnsafeMutableBufferPointer<Float>, _ factor: UnsafePointer<Float>?,
    _ function: (Float) -> Float
  ) {
    if let factor = unsafe factor {
      for index in values.indices {
        unsafe values[index] = function(values[index]) * factor[index]
      }
    } else {
      for index in values.indices { unsafe values[index] = function(values[index]) }
    }
  }
}

extension Matrix {
  /// `act(self) ⊙ factor`: the hidden values of a gated feed-forward layer, self being the gate.
  package mutating func activate(_ activation: Activation, times factor: Matrix) {
    precondition(rows == factor.rows && columns == factor.columns, "shapes differ")
    Parallel.within.fill(&values, by: Matrix.rowsTogether * columns) { start, span in
      unsafe span.withUnsafeMutableBufferPointer { gate in
        unsafe factor.values.withUnsafeBufferPointer { factor in
          unsafe activation.apply(to: gate, times: factor.baseAddress.map { unsafe $0 + start })
        }
      }
    }
  }

  /// `act(self)`: the hidden values of a feed-forward layer without a gate.
  package mutating func activate(_ activation: Activation) {
    Parallel.within.fill(&values, by: Matrix.rowsTogether * columns) { _, span in
      unsafe span.withUnsafeMutableBufferPointer { unsafe activation.apply(to: $0) }
    }
  }

  /// Limits every element to at most a magnitude.
  package mutating func clamp(to limit: Float) {
    unsafe values.withUnsafeMutableBufferPointer { values in
      for index in values.indices { unsafe values[index] = min(max(values[index], -limit), limit) }
    }
  }

  /// Soft cap of every element x: `limit · tanh(x / limit)`.
  package mutating func cap(at limit: Float) {
    unsafe values.withUnsafeMutableBufferPointer { unsafe cv_cap($0.baseAddress, $0.count, limit) }
  }
}
