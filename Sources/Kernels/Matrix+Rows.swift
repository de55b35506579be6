extension Matrix {
  package func transposed() -> Matrix {
    let (rows, columns) = (rows, columns)
    // Tiles of this size stay in the first-level cache on both sides.
    let tile = 32
    let result = unsafe [Float](unsafeUninitializedCapacity: values.count) { target, initialized in
      unsafe values.withUnsafeBufferPointer { source in
        for top in stride(from: 0, to: rows, by: tile) {
          for left in stride(from: 0, to: columns, by: tile) {
            for row in top..<min(top + tile, rows) {
              for column in left..<min(left + tile, columns) {
                unsafe target[column * rows + row] = source[row * columns + column]
              }
            }
          }
        }
      }
      initialized = rows * columns
    }
    return Matrix(rows: columns, columns: rows, values: result)
  }

  /// Adds row k of `other` to row `indices[k]`.
  package mutating func add(_ other: Matrix, toRows indices: [Int]) {
    precondition(other.rows == indices.count && other.columns == columns, "shapes differ")
    let columns = columns
    let count = rows
    unsafe values.withUnsafeMutableBufferPointer { sum in
      unsafe other.values.withUnsafeBufferPointer { term in
        for (row, index) in indices.enumerated() {
          precondition(index >= 0 && index < count, "row out of range")
          for column in 0..<columns {
            unsafe sum[index * columns + column] += term[row * columns + column]
          }
        }
      }
    }
  }

  /// Copy of consecutive rows.
  package func rows(_ range: Range<Int>) -> Matrix {
    Matrix(
      rows: range.count, columns: columns,
      values: Array(values[range.lowerBound * columns..<range.upperBound * columns]))
  }

  /// Copy of the last rows.
  package func last(_ count: Int) -> Matrix { rows(self.rows - count..<self.rows) }

  /// Copy of the given rows, in the given order.
  package func gatherRows(_ indices: ArraySlice<Int>) -> Matrix {
    var result: [Float] = []
    result.reserveCapacity(indices.count * columns)
    for index in indices { result.append(contentsOf: self[index]) }
    return Matrix(rows: indices.count, columns: columns, values: result)
  }

  /// `(x − mean) · scale` for every element x of the given rows, with both values of its column.
  package func gatherRows(
    _ indices: ArraySlice<Int>, subtracting means: [Double], times scales: [Double]
  ) -> Matrix {
    precondition(means.count == columns && scales.count == columns, "shapes differ")
    let columns = columns
    let count = indices.count * columns
    let gathered = unsafe [Float](unsafeUninitializedCapacity: count) { result, initialized in
      unsafe values.withUnsafeBufferPointer { values in
        unsafe means.withUnsafeBufferPointer { means in
          unsafe scales.withUnsafeBufferPointer { scales in
            var target = 0
            for row in indices {
              precondition(row >= 0 && row < rows, "row out of range")
              for column in 0..<columns {
                let value = unsafe Double(values[row * columns + column]) - means[column]
                unsafe result[target + column] = Float(value * scales[column])
              }
              target += columns
            }
          }
        }
      }
      initialized = count
    }
    return Matrix(rows: indices.count, columns: columns, values: gathered)
  }

  /// `(x − mean) · scale` for every element x, with the mean of its column and scale of its row.
  package func subtracting(_ means: [Float], timesRows scales: [Double]) -> Matrix {
    precondition(means.count == columns && scales.count == rows, "shapes differ")
    let columns = columns
    var result = self
    unsafe result.values.withUnsafeMutableBufferPointer { values in
      unsafe means.withUnsafeBufferPointer { means in
        for (row, scale) in scales.enumerated() {
          for column in 0..<columns {
            let difference = unsafe Double(values[row * columns + column]) - Double(means[column])
            unsafe values[row * columns + column] = Float(difference * scale)
          }
        }
      }
    }
    return result
  }

  package mutating func subtract(_ other: Matrix) {
    precondition(rows == other.rows && columns == other.columns, "shapes differ")
    unsafe values.withUnsafeMutableBufferPointer { difference in
      unsafe other.values.withUnsafeBufferPointer { term in
        for index in difference.indices { unsafe difference[index] -= term[index] }
      }
    }
  }

  package mutating func multiply(_ factor: Matrix) {
    precondition(rows == factor.rows && columns == factor.columns, "shapes differ")
    unsafe values.withUnsafeMutableBufferPointer { product in
      unsafe factor.values.withUnsafeBufferPointer { factor in
        for index in product.indices { unsafe product[index] *= factor[index] }
      }
    }
  }

  package mutating func multiply(by factor: Float) {
    unsafe values.withUnsafeMutableBufferPointer { values in
      for index in values.indices { unsafe values[index] *= factor }
    }
  }
}
