import Glibc

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

  /// Calls `body` with the function, so that loops do not switch on the case for each element.
  @inline(__always)
  fileprivate func dispatch(_ body: ((Float) -> Float) -> Void) {
    switch self {
    case .silu: body { $0 / (1 + expf(-$0)) }
    case .gelu: body { $0 * Matrix.normal($0) }
    case .geluTanh:
      let root = Float(2 / Double.pi).squareRoot()
      body { 0.5 * $0 * (1 + tanhf(root * ($0 + 0.044715 * $0 * $0 * $0))) }
    case .relu: body { max($0, 0) }
    case .xielu: body { XIELU.initial($0) }
    case .reluSquared: body { max($0, 0) * max($0, 0) }
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
          activation.dispatch { function in
            for index in gate.indices {
              unsafe gate[index] = function(gate[index]) * factor[start + index]
            }
          }
        }
      }
    }
  }

  /// `act(self)`: the hidden values of a feed-forward layer without a gate.
  package mutating func activate(_ activation: Activation) {
    Parallel.within.fill(&values, by: Matrix.rowsTogether * columns) { _, span in
      unsafe span.withUnsafeMutableBufferPointer { values in
        activation.dispatch { function in
          for index in values.indices { unsafe values[index] = function(values[index]) }
        }
      }
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
    unsafe values.withUnsafeMutableBufferPointer { values in
      for index in values.indices { unsafe values[index] = limit * tanhf(values[index] / limit) }
    }
  }
}
