import COpenBLAS

// Elements that are left out where a gate value, times the scale of its column, does not exceed the
// threshold of its row.

extension Matrix {
  /// Multiplies by the elements of `factor` where the own ones take part, and sets others to 0.
  ///
  /// - Parameters:
  ///   - factor: as many rows and columns; nil for 1 everywhere.
  ///   - scales: one for each column, not negative.
  ///   - thresholds: one for each row, not negative.
  /// - Returns: the number of elements that take part, for each row.
  package mutating func multiply(
    _ factor: Matrix?, whereScaledBy scales: ArraySlice<Float>, exceeds thresholds: [Float]
  ) -> [Int] {
    precondition(factor?.rows ?? rows == rows, "shapes differ")
    precondition(factor?.columns ?? columns == columns, "shapes differ")
    precondition(scales.count == columns && thresholds.count == rows, "shapes differ")
    let columns = columns
    let counts = unsafe values.withUnsafeMutableBufferPointer { values in
      unsafe scales.withUnsafeBufferPointer { scales in
        thresholds.enumerated().map { row, threshold in
          var count: Int32 = 0
          for column in 0..<columns {
            let value = unsafe values[row * columns + column]
            let takesPart = unsafe abs(value) * scales[column] > threshold
            unsafe values[row * columns + column] = takesPart ? value : 0
            count += takesPart ? 1 : 0
          }
          return Int(count)
        }
      }
    }
    if let factor { multiply(factor) }
    return counts
  }

  /// Indices of the elements of the first row that take part.
  package func indices(
    whereScaledBy scales: ArraySlice<Float>, exceed threshold: Float
  ) -> [Int] {
    precondition(rows == 1 && scales.count == columns, "shapes differ")
    var indices: [Int] = []
    indices.reserveCapacity(columns)
    for (column, scale) in scales.enumerated() where abs(values[column]) * scale > threshold {
      indices.append(column)
    }
    return indices
  }

  /// Numbers of elements by the square of what they are, scaled, over the threshold of their row: in
  /// element k those from 2^(first + k) up to twice that; the last also counts larger ones.
  ///
  /// Rows with a threshold of 0 or one that is not finite count nowhere.
  package func squareExponents(
    whereScaledBy scales: ArraySlice<Float>, over thresholds: [Float], first: Int, count: Int
  ) -> [Int] {
    precondition(scales.count == columns && thresholds.count == rows, "shapes differ")
    var counts = [Int](repeating: 0, count: count)
    let columns = columns
    unsafe counts.withUnsafeMutableBufferPointer { counts in
      unsafe values.withUnsafeBufferPointer { values in
        unsafe scales.withUnsafeBufferPointer { scales in
          for (row, threshold) in thresholds.enumerated() where threshold > 0 && threshold.isFinite
          {
            for column in 0..<columns {
              let ratio = unsafe values[row * columns + column] * scales[column] / threshold
              let square = ratio * ratio
              let place = Int(square.bitPattern >> 23) - 127 - first
              if place >= 0 { unsafe counts[min(place, count - 1)] += 1 }
            }
          }
        }
      }
    }
    return counts
  }

  /// Inner products of the only row with chosen rows of `other`: as many columns as chosen rows.
  package func timesTransposed(_ other: Matrix, chosen: [Int]) -> Matrix {
    precondition(rows == 1 && columns == other.columns, "shapes differ")
    let count = Int32(columns)
    let products = unsafe values.withUnsafeBufferPointer { left in
      unsafe other.values.withUnsafeBufferPointer { right in
        chosen.map { row in
          precondition(row >= 0 && row < other.rows, "row out of range")
          return unsafe cblas_sdot(
            count, left.baseAddress, 1, right.baseAddress.map { unsafe $0 + row * other.columns }, 1
          )
        }
      }
    }
    return Matrix(rows: 1, columns: chosen.count, values: products)
  }

  /// Sum of chosen rows of `other`, weighted by the elements of the only row.
  package func times(_ other: Matrix, chosen: [Int]) -> Matrix {
    precondition(rows == 1 && columns == chosen.count, "shapes differ")
    var sum = Matrix(rows: 1, columns: other.columns)
    let count = Int32(other.columns)
    unsafe sum.values.withUnsafeMutableBufferPointer { sum in
      unsafe other.values.withUnsafeBufferPointer { right in
        for (factor, row) in zip(values, chosen) {
          precondition(row >= 0 && row < other.rows, "row out of range")
          unsafe cblas_saxpy(
            count, factor, right.baseAddress.map { unsafe $0 + row * other.columns }, 1,
            sum.baseAddress, 1)
        }
      }
    }
    return sum
  }
}
