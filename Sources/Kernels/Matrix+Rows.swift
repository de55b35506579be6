extension Matrix {
  /// The given rows, one behind the other.
  package func gatherRows(_ indices: ArraySlice<Int>) -> Matrix {
    var result: [Float] = []
    result.reserveCapacity(indices.count * columns)
    for index in indices { result.append(contentsOf: self[index]) }
    return Matrix(rows: indices.count, columns: columns, values: result)
  }

  /// `(x − mean) · scale` for every element x of the given rows, by the numbers of its column.
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
