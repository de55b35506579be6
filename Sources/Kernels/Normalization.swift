extension Matrix {
  /// Divides every row by its root mean square, times `weight` (RMSNorm, arXiv 1910.07467).
  ///
  /// - Parameters:
  ///   - weight: one number per column, or fewer: each row is then normalised in groups of
  ///     `weight.count` columns.
  ///   - epsilon: added to the mean square.
  /// - Returns: a matrix of the same shape.
  package func rootMeanSquareNormalized(weight: [Float], epsilon: Float) -> Matrix {
    unsafe normalized(weight: weight) { values, weight in
      var squares: Float = 0
      for index in values.indices { unsafe squares += values[index] * values[index] }
      let scale = 1 / (squares / Float(values.count) + epsilon).squareRoot()
      for index in values.indices { unsafe values[index] = values[index] * scale * weight[index] }
    }
  }

  /// LayerNorm of every row (arXiv 1607.06450): `(x − mean) / deviation · weight + bias`.
  ///
  /// - Parameters:
  ///   - weight: one number per column.
  ///   - bias: one number per column, or nil.
  ///   - epsilon: added to the variance.
  /// - Returns: a matrix of the same shape.
  package func layerNormalized(weight: [Float], bias: [Float]?, epsilon: Float) -> Matrix {
    var result = unsafe normalized(weight: weight) { values, weight in
      var sum: Float = 0
      for index in values.indices { unsafe sum += values[index] }
      let mean = sum / Float(values.count)
      var squares: Float = 0
      for index in values.indices {
        let difference = unsafe values[index] - mean
        squares += difference * difference
      }
      let scale = 1 / (squares / Float(values.count) + epsilon).squareRoot()
      for index in values.indices {
        unsafe values[index] = (values[index] - mean) * scale * weight[index]
      }
    }
    if let bias { result.add(toEveryRow: bias[...]) }
    return result
  }

  /// Calls `body` with each group of `weight.count` columns and the weights.
  @inline(__always)
  private func normalized(
    weight: [Float],
    _ body: @Sendable (UnsafeMutableBufferPointer<Float>, UnsafeBufferPointer<Float>) -> Void
  ) -> Matrix {
    let count = weight.count
    precondition(count > 0 && columns % count == 0, "\(count) weights for \(columns) columns")
    var result = self
    Parallel.within.fill(&result.values, by: Matrix.rowsTogether * columns) { _, span in
      unsafe span.withUnsafeMutableBufferPointer { values in
        unsafe weight.withUnsafeBufferPointer { weight in
          for start in stride(from: 0, to: values.count, by: count) {
            unsafe body(
              UnsafeMutableBufferPointer(rebasing: values[start..<start + count]), weight)
          }
        }
      }
    }
    return result
  }

  /// Rows per item of a parallel loop, enough to be worth a thread.
  static let rowsTogether = 32
}
