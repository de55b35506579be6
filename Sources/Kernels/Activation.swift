import Glibc

/// The non-linear function of a feed-forward layer.
package enum Activation: String, Sendable, CaseIterable {
  /// `x / (1 + e⁻ˣ)`, also called swish.
  case silu

  @inline(__always)
  func callAsFunction(_ x: Float) -> Float {
    switch self {
    case .silu: x / (1 + expf(-x))
    }
  }
}

extension Matrix {
  /// `act(self) ⊙ factor`: the hidden values of a gated feed-forward layer, self being the gate.
  package mutating func activate(_ activation: Activation, times factor: Matrix) {
    precondition(rows == factor.rows && columns == factor.columns, "shapes differ")
    unsafe values.withUnsafeMutableBufferPointer { gate in
      unsafe factor.values.withUnsafeBufferPointer { factor in
        for index in gate.indices {
          unsafe gate[index] = activation(gate[index]) * factor[index]
        }
      }
    }
  }

  /// `act(self)`: the hidden values of a feed-forward layer without a gate.
  package mutating func activate(_ activation: Activation) {
    unsafe values.withUnsafeMutableBufferPointer { values in
      for index in values.indices { unsafe values[index] = activation(values[index]) }
    }
  }
}
