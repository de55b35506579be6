/// Matrix of floats, row-major.
package struct Matrix: Sendable, Equatable {
  package let rows: Int
  package let columns: Int
  /// `rows · columns` elements.
  package var values: [Float]
  /// Precision of products that have this matrix on the right.
  package private(set) var precision = Precision.f32

  package init(rows: Int, columns: Int, values: [Float]) {
    precondition(values.count == rows * columns, "\(values.count) values for \(rows)×\(columns)")
    self.rows = rows
    self.columns = columns
    self.values = values
  }

  /// Matrix of zeros.
  package init(rows: Int, columns: Int) {
    self.init(
      rows: rows, columns: columns, values: [Float](repeating: 0, count: rows * columns))
  }

  /// Copy whose products, as the right factor, have a precision.
  package func multiplying(in precision: Precision) -> Matrix {
    var result = self
    result.precision = precision
    return result
  }

  package subscript(row: Int) -> ArraySlice<Float> { values[row * columns..<(row + 1) * columns] }

  package mutating func add(_ other: Matrix) {
    precondition(rows == other.rows && columns == other.columns, "shapes differ")
    unsafe values.withUnsafeMutableBufferPointer { sum in
      unsafe other.values.withUnsafeBufferPointer { term in
        for index in sum.indices { unsafe sum[index] += term[index] }
      }
    }
  }

  /// Adds the rows that `isWanted` selects.
  package mutating func add(_ other: Matrix, toRowsWhere isWanted: (Int) -> Bool) {
    precondition(rows == other.rows && columns == other.columns, "shapes differ")
    let columns = columns
    unsafe values.withUnsafeMutableBufferPointer { sum in
      unsafe other.values.withUnsafeBufferPointer { term in
        for row in 0..<other.rows where isWanted(row) {
          for index in row * columns..<(row + 1) * columns { unsafe sum[index] += term[index] }
        }
      }
    }
  }

  package mutating func add(toEveryRow bias: ArraySlice<Float>) {
    precondition(bias.count == columns, "\(bias.count) terms for \(columns) columns")
    let columns = columns
    unsafe values.withUnsafeMutableBufferPointer { sum in
      unsafe bias.withUnsafeBufferPointer { bias in
        for index in sum.indices { unsafe sum[index] += bias[index % columns] }
      }
    }
  }
}
