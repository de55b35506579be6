package import Kernels

/// Shifts and scales columns to mean 0 and variance 1; constant columns become 0.
package struct Standardization: Sendable {
  package let means: [Double]
  /// 0 for a constant column.
  package let deviations: [Double]
  /// `1 / deviation`; 0 for a constant column.
  package let scales: [Double]

  /// - Parameters:
  ///   - matrix: any number of rows.
  ///   - rows: the rows that get mean 0 and variance 1.
  package init(of matrix: Matrix, rows: [Int]) {
    let moments = matrix.columnMoments(rows: rows)
    means = moments.means
    deviations = zip(moments.means, moments.deviations).map { mean, deviation in
      // Variation below the resolution of floats is rounding noise.
      deviation <= max(abs(mean) * 1e-6, Double(Float.leastNormalMagnitude)) ? 0 : deviation
    }
    scales = deviations.map { $0 == 0 ? 0 : 1 / $0 }
  }

  /// Standardised copy of the given rows.
  package func apply(to matrix: Matrix, rows: ArraySlice<Int>) -> Matrix {
    matrix.gatherRows(rows, subtracting: means, times: scales)
  }
}
