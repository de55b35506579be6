import Kernels
import TestSupport

extension RandomNumbers {
  mutating func matrix(_ rows: Int, _ columns: Int) -> Matrix {
    Matrix(rows: rows, columns: columns, values: floats(rows * columns))
  }
}

extension Matrix {
  /// An element as a double, for the reference loops of the tests.
  subscript(row: Int, column: Int) -> Double { Double(values[row * columns + column]) }
}

/// Largest difference between the elements and a reference computed in double precision.
func distance(_ matrix: Matrix, _ expected: (_ row: Int, _ column: Int) -> Double) -> Double {
  var largest = 0.0
  for row in 0..<matrix.rows {
    for column in 0..<matrix.columns {
      largest = max(largest, abs(matrix[row, column] - expected(row, column)))
    }
  }
  return largest
}
