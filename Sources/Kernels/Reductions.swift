extension Matrix {
  /// Sum of each column, in double precision.
  package func columnSums() -> [Double] { columnSums { Double($0) } }

  /// Sum of the absolute values of each column, in double precision.
  package func columnAbsoluteSums() -> [Double] { columnSums { Double(abs($0)) } }

  /// Sum of the squares of each column, in double precision.
  package func columnSquareSums() -> [Double] { columnSums { Double($0) * Double($0) } }

  /// Sum of each column with one weight per row, in double precision.
  package func columnSums(weights: [Double]) -> [Double] {
    columnSums(weights: weights) { $0 }
  }

  /// Sum of the squares of each column with one weight per row, in double precision.
  package func columnSquareSums(weights: [Double]) -> [Double] {
    columnSums(weights: weights) { $0 * $0 }
  }

  @inline(__always)
  private func columnSums(weights: [Double], _ term: (Double) -> Double) -> [Double] {
    precondition(weights.count == rows, "\(weights.count) weights for \(rows) rows")
    let columns = columns
    var sums = [Double](repeating: 0, count: columns)
    unsafe sums.withUnsafeMutableBufferPointer { sums in
      unsafe values.withUnsafeBufferPointer { values in
        for (row, weight) in weights.enumerated() {
          for column in 0..<columns {
            unsafe sums[column] += weight * term(Double(values[row * columns + column]))
          }
        }
      }
    }
    return sums
  }

  /// Inner product of each row with the same row of `other`, in double precision.
  package func rowDots(_ other: Matrix) -> [Double] {
    precondition(rows == other.rows && columns == other.columns, "shapes differ")
    let columns = columns
    return unsafe values.withUnsafeBufferPointer { left in
      unsafe other.values.withUnsafeBufferPointer { right in
        (0..<rows).map { row in
          var sum = 0.0
          for index in row * columns..<(row + 1) * columns {
            unsafe sum += Double(left[index]) * Double(right[index])
          }
          return sum
        }
      }
    }
  }

  /// Mean and standard deviation of each column over the given rows, at least one.
  package func columnMoments(rows: [Int]) -> (means: [Double], deviations: [Double]) {
    precondition(!rows.isEmpty, "no rows")
    let count = Double(rows.count)
    let means = columnSums(rows: rows) { value, _ in value }.map { $0 / count }
    let squares = unsafe means.withUnsafeBufferPointer { means in
      columnSums(rows: rows) { value, column in
        let difference = unsafe value - means[column]
        return difference * difference
      }
    }
    return (means, squares.map { ($0 / count).squareRoot() })
  }

  @inline(__always)
  private func columnSums(rows: [Int], _ term: (Double, Int) -> Double) -> [Double] {
    let columns = columns
    var sums = [Double](repeating: 0, count: columns)
    unsafe sums.withUnsafeMutableBufferPointer { sums in
      unsafe values.withUnsafeBufferPointer { values in
        for row in rows {
          precondition(row >= 0 && row < self.rows, "row out of range")
          for column in 0..<columns {
            unsafe sums[column] += term(Double(values[row * columns + column]), column)
          }
        }
      }
    }
    return sums
  }

  @inline(__always)
  private func columnSums(_ term: (Float) -> Double) -> [Double] {
    var sums = [Double](repeating: 0, count: columns)
    unsafe sums.withUnsafeMutableBufferPointer { sums in
      unsafe values.withUnsafeBufferPointer { values in
        for row in 0..<rows {
          for column in 0..<columns {
            unsafe sums[column] += term(values[row * columns + column])
          }
        }
      }
    }
    return sums
  }
}
