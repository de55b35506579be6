package import Kernels

/// Coefficient of determination (R²).
package enum Determination {
  /// `1 − Σ (s − ŝ)² / Σ (s − mean s)²` for each column, over all rows.
  ///
  /// 1 is perfect, 0 as good as the mean of the truth. A column without variation gets 1 if it has
  /// no errors, otherwise 0.
  ///
  /// - Parameters:
  ///   - predicted: predictions by window, a row for each token and a column for each expert but
  ///     the last.
  ///   - truth: true scores in the same layout, at least one row.
  /// - Returns: a number for each expert but the last.
  package static func values(predicted: [Matrix], truth: [Matrix]) -> [Double] {
    let truth = Matrix(stacking: truth)
    var errors = Matrix(stacking: predicted)
    errors.subtract(truth)
    let deviations = truth.columnMoments(rows: Array(0..<truth.rows)).deviations
    return zip(errors.columnSquareSums(), deviations).map { error, deviation in
      let total = deviation * deviation * Double(truth.rows)
      guard total >= .leastNormalMagnitude else { return error == 0 ? 1 : 0 }
      return 1 - error / total
    }
  }
}
