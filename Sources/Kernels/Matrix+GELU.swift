import Glibc

/// GELU (arXiv 1606.08415) in its exact form, `x Φ(x)`, Φ being the normal distribution function.
extension Matrix {
  package mutating func applyGELU() {
    unsafe values.withUnsafeMutableBufferPointer { values in
      for index in values.indices { unsafe values[index] *= Self.normal(values[index]) }
    }
  }

  /// Like ``applyGELU()``; returns the derivative at every element.
  package mutating func applyGELUWithSlopes() -> Matrix {
    let count = values.count
    let density = Float(1 / (2 * Double.pi).squareRoot())
    let slopes = unsafe [Float](unsafeUninitializedCapacity: count) { slopes, initialized in
      unsafe values.withUnsafeMutableBufferPointer { values in
        for index in values.indices {
          let value = unsafe values[index]
          let share = Self.normal(value)
          unsafe slopes[index] = share + value * density * expf(-0.5 * value * value)
          unsafe values[index] = value * share
        }
      }
      initialized = count
    }
    return Matrix(rows: rows, columns: columns, values: slopes)
  }

  /// Φ by the complementary error function, which stays precise where Φ is small.
  @inline(__always)
  static func normal(_ x: Float) -> Float { 0.5 * erfcf(-x * Float(0.5).squareRoot()) }
}
