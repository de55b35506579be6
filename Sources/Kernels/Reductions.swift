extension Matrix {
  /// For every column the sum of absolute values over the rows, in double precision.
  package func columnAbsoluteSums() -> [Double] { columnSums { Double(abs($0)) } }

  /// For every column the sum of squares over the rows, in double precision.
  package func columnSquareSums() -> [Double] { columnSums { Double($0) * Double($0) } }

  /// For every row the sum of squares over the columns, in double precision.
  package func rowSquareSums() -> [Double] {
    (0..<rows).map { row in self[row].reduce(into: 0) { $0 += Double($1) * Double($1) } }
  }

  /// For every row the product with the same row of `other`, in double precision.
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
