package import Kernels

/// Moves and scales every column to mean 0 and variance 1, and those that do not vary to 0.
package struct Standardization: Sendable {
  package let means: [Double]
  /// 0 for a column that does not vary.
  package let deviations: [Double]
  /// `1 / deviation`; 0 for a column that does not vary.
  package let scales: [Double]

  /// - Parameters:
  ///   - matrix: any number of rows.
  ///   - rows: those that shall have mean 0 and variance 1.
  package init(of matrix: Matrix, rows: [Int]) {
    let moments = matrix.columnMoments(rows: rows)
    means = moments.means
    deviations = zip(moments.means, moments.deviations).map { mean, deviation in
      // What varies less than floats can tell is the noise of their rounding.
      deviation <= max(abs(mean) * 1e-6, Double(Float.leastNormalMagnitude)) ? 0 : deviation
    }
    scales = deviations.map { $0 == 0 ? 0 : 1 / $0 }
  }

  /// The given rows, moved and scaled.
  package func apply(to matrix: Matrix, rows: ArraySlice<Int>) -> Matrix {
    matrix.gatherRows(rows, subtracting: means, times: scales)
  }
}
