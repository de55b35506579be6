extension Matrix {
  /// Every row divided by its root mean square and scaled by `weight` (RMSNorm, arXiv 1910.07467).
  ///
  /// - Parameters:
  ///   - weight: as many numbers as there are columns, or fewer: a row then is as many groups of so
  ///     many columns, each normalized on its own.
  ///   - epsilon: added to the mean square.
  /// - Returns: of the same shape.
  package func rootMeanSquareNormalized(weight: [Float], epsilon: Float) -> Matrix {
    precondition(columns % weight.count == 0, "\(weight.count) weights for \(columns) columns")
    var result = self
    let count = weight.count
    unsafe result.values.withUnsafeMutableBufferPointer { values in
      unsafe weight.withUnsafeBufferPointer { weight in
        for start in stride(from: 0, to: values.count, by: count) {
          var squares: Float = 0
          for index in 0..<count {
            unsafe squares += values[start + index] * values[start + index]
          }
          let scale = 1 / (squares / Float(count) + epsilon).squareRoot()
          for index in 0..<count {
            unsafe values[start + index] = values[start + index] * scale * weight[index]
          }
        }
      }
    }
    return result
  }

  /// Every row less its mean, divided by its standard deviation, scaled by `weight` and moved by
  /// `bias` (LayerNorm, arXiv 1607.06450).
  ///
  /// - Parameters:
  ///   - weight: as many numbers as there are columns.
  ///   - bias: the same; nil for none.
  ///   - epsilon: added to the variance.
  /// - Returns: of the same shape.
  package func layerNormalized(weight: [Float], bias: [Float]?, epsilon: Float) -> Matrix {
    precondition(weight.count == columns, "\(weight.count) weights for \(columns) columns")
    var result = self
    let count = columns
    unsafe result.values.withUnsafeMutableBufferPointer { values in
      unsafe weight.withUnsafeBufferPointer { weight in
        for start in stride(from: 0, to: values.count, by: count) {
          var sum: Float = 0
          for index in 0..<count { unsafe sum += values[start + index] }
          let mean = sum / Float(count)
          var squares: Float = 0
          for index in 0..<count {
            let difference = unsafe values[start + index] - mean
            squares += difference * difference
          }
          let scale = 1 / (squares / Float(count) + epsilon).squareRoot()
          for index in 0..<count {
            unsafe values[start + index] = (values[start + index] - mean) * scale * weight[index]
          }
        }
      }
    }
    if let bias { result.add(toEveryRow: bias[...]) }
    return result
  }
}
