extension Matrix {
  /// Every row divided by its root mean square and scaled by `weight` (RMSNorm, arXiv 1910.07467).
  package func rootMeanSquareNormalized(weight: [Float], epsilon: Float) -> Matrix {
    precondition(weight.count == columns, "\(weight.count) weights for \(columns) columns")
    var result = self
    let columns = columns
    unsafe result.values.withUnsafeMutableBufferPointer { values in
      unsafe weight.withUnsafeBufferPointer { weight in
        for row in 0..<rows {
          let start = row * columns
          var squares: Float = 0
          for column in 0..<columns {
            unsafe squares += values[start + column] * values[start + column]
          }
          let scale = 1 / (squares / Float(columns) + epsilon).squareRoot()
          for column in 0..<columns {
            unsafe values[start + column] = values[start + column] * scale * weight[column]
          }
        }
      }
    }
    return result
  }
}
