import Glibc

extension Matrix {
  /// Copy with one more column at the end.
  package func appendingColumn(_ column: [Float]) -> Matrix {
    precondition(column.count == rows, "\(column.count) values for \(rows) rows")
    var result: [Float] = []
    result.reserveCapacity(rows * (columns + 1))
    for row in 0..<rows {
      result.append(contentsOf: self[row])
      result.append(column[row])
    }
    return Matrix(rows: rows, columns: columns + 1, values: result)
  }

  /// Sets the values of a column to 0.
  package mutating func clear(column: Int) {
    precondition((0..<columns).contains(column), "no column \(column)")
    for row in 0..<rows { values[row * columns + column] = 0 }
  }

  /// `ln |x|` of each row x, with `|x|²` at least the smallest normal number.
  package func logRowNorms() -> [Float] {
    rowDots(self).map { Float(0.5 * log(max($0, .leastNormalMagnitude))) }
  }

  /// Largest `x² · weight` in each column.
  ///
  /// - Parameter weights: not negative, one for each row.
  /// - Returns: 0 where no row has a weight.
  package func columnSquareMaxima(weights: [Double]) -> [Float] {
    precondition(weights.count == rows, "\(weights.count) weights for \(rows) rows")
    var maxima = [Float](repeating: 0, count: columns)
    unsafe maxima.withUnsafeMutableBufferPointer { maxima in
      unsafe values.withUnsafeBufferPointer { values in
        for row in weights.indices {
          let factor = Float(weights[row].squareRoot())
          for column in 0..<columns {
            let value = unsafe values[row * columns + column] * factor
            let square = value * value
            unsafe maxima[column] = unsafe square > maxima[column] ? square : maxima[column]
          }
        }
      }
    }
    return maxima
  }

  /// Copy with each row multiplied by its factor.
  package func scalingRows(by factors: [Double]) -> Matrix {
    precondition(factors.count == rows, "\(factors.count) factors for \(rows) rows")
    var result = self
    let columns = columns
    unsafe result.values.withUnsafeMutableBufferPointer { values in
      for row in factors.indices {
        let factor = Float(factors[row])
        for index in row * columns..<(row + 1) * columns { unsafe values[index] *= factor }
      }
    }
    return result
  }

  /// Copy with each column multiplied by its factor.
  package func scalingColumns(by factors: [Float]) -> Matrix {
    precondition(factors.count == columns, "\(factors.count) factors for \(columns) columns")
    var result = self
    let columns = columns
    unsafe result.values.withUnsafeMutableBufferPointer { values in
      for row in 0..<rows {
        for column in 0..<columns { unsafe values[row * columns + column] *= factors[column] }
      }
    }
    return result
  }

  /// Stacks matrices of equal column count, one below the other.
  package init(stacking matrices: some Collection<Matrix>) {
    let rows = matrices.reduce(0) { $0 + $1.rows }
    let columns = matrices.first?.columns ?? 0
    var values: [Float] = []
    values.reserveCapacity(rows * columns)
    for matrix in matrices {
      precondition(matrix.columns == columns, "\(matrix.columns) columns below \(columns)")
      values.append(contentsOf: matrix.values)
    }
    self.init(rows: rows, columns: columns, values: values)
  }
}
