package import Kernels

/// The share of a variance that is predicted (R²).
package enum Determination {
  /// For each column `1 − Σ (s − ŝ)² / Σ (s − mean s)²` over all rows.
  ///
  /// 1 is perfect, 0 is as good as the mean of the truth. Where the truth does not vary it is 1 without
  /// any error and 0 with.
  ///
  /// - Parameters:
  ///   - predicted: for each window a row for each token, a column for each expert but the last.
  ///   - truth: the same as it truly is, at least one row.
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
