import COpenBLAS

extension Matrix {
  /// `self · other[rows]ᵀ`: every row of self against the given rows of `other`.
  ///
  /// - Parameters:
  ///   - other: K columns, as many as self.
  ///   - range: the rows of `other` that take part; all of them by default.
  /// - Returns: as many rows as self, a column for each row of the range.
  package func timesTransposed(_ other: Matrix, rows range: Range<Int>? = nil) -> Matrix {
    let range = range ?? 0..<other.rows
    precondition(columns == other.columns, "inner sizes differ: \(columns), \(other.columns)")
    precondition(range.lowerBound >= 0 && range.upperBound <= other.rows, "rows out of range")
    return product(
      with: other, from: range.lowerBound * other.columns, transposed: true, range.count)
  }

  /// `self · other[rows]`: the given rows of `other`, weighed by the columns of self.
  ///
  /// - Parameters:
  ///   - other: as many rows in the range as self has columns.
  ///   - range: the rows of `other` that take part; all of them by default.
  /// - Returns: as many rows as self, as many columns as `other`.
  package func times(_ other: Matrix, rows range: Range<Int>? = nil) -> Matrix {
    let range = range ?? 0..<other.rows
    precondition(columns == range.count, "inner sizes differ: \(columns), \(range.count)")
    precondition(range.lowerBound >= 0 && range.upperBound <= other.rows, "rows out of range")
    return product(
      with: other, from: range.lowerBound * other.columns, transposed: false, other.columns)
  }

  /// `selfᵀ · other`: every column of self against every column of `other`.
  ///
  /// - Parameter other: as many rows as self.
  /// - Returns: a row for each column of self, a column for each column of `other`.
  package func transposedTimes(_ other: Matrix) -> Matrix {
    precondition(rows == other.rows, "inner sizes differ: \(rows), \(other.rows)")
    guard rows > 0, columns > 0, other.columns > 0 else {
      return Matrix(rows: columns, columns: other.columns)
    }
    let count = columns * other.columns
    let product = unsafe LargeArray.filled(count) { result in
      unsafe values.withUnsafeBufferPointer { left in
        unsafe other.values.withUnsafeBufferPointer { right in
          unsafe cblas_sgemm(
            CblasRowMajor, CblasTrans, CblasNoTrans,
            Int32(columns), Int32(other.columns), Int32(rows),
            1, left.baseAddress, Int32(columns), right.baseAddress, Int32(other.columns),
            0, result.baseAddress, Int32(other.columns))
        }
      }
    }
    return Matrix(rows: columns, columns: other.columns, values: product)
  }

  /// How many columns of a product one thread computes: few enough to share, and so many that reading
  /// the left matrix once for each piece takes no time beside the product.
  private static let piece = 1024

  private func product(
    with other: Matrix, from start: Int, transposed: Bool, _ resultColumns: Int
  ) -> Matrix {
    guard rows > 0, resultColumns > 0, columns > 0 else {
      return Matrix(rows: rows, columns: resultColumns)
    }
    let product = unsafe LargeArray.filled(rows * resultColumns) { result in
      guard rows > 1 else {
        return unsafe multiplyRow(by: other, from: start, transposed: transposed, into: result)
      }
      let shared = unsafe Shared(result)
      // Pieces depend on the size of the whole alone, so their sums do not depend on threads.
      Parallel.within.forEach((resultColumns + Self.piece - 1) / Self.piece) { piece in
        let first = piece * Self.piece
        let offset = start + (transposed ? first * other.columns : first)
        unsafe values.withUnsafeBufferPointer { left in
          unsafe other.values.withUnsafeBufferPointer { right in
            unsafe cblas_sgemm(
              CblasRowMajor, CblasNoTrans, transposed ? CblasTrans : CblasNoTrans,
              Int32(rows), Int32(min(Self.piece, resultColumns - first)), Int32(columns),
              1, left.baseAddress, Int32(columns),
              right.baseAddress.map { unsafe $0 + offset }, Int32(other.columns),
              0, shared.buffer.baseAddress.map { unsafe $0 + first }, Int32(resultColumns))
          }
        }
      }
    }
    return Matrix(rows: rows, columns: resultColumns, values: product)
  }

  /// One row is limited by how fast the other matrix is read, and packing it reads it twice.
  private func multiplyRow(
    by other: Matrix, from start: Int, transposed: Bool,
    into result: UnsafeMutableBufferPointer<Float>
  ) {
    unsafe values.withUnsafeBufferPointer { left in
      unsafe other.values.withUnsafeBufferPointer { right in
        unsafe cblas_sgemv(
          CblasRowMajor, transposed ? CblasNoTrans : CblasTrans,
          Int32(transposed ? result.count : columns),
          Int32(transposed ? columns : result.count), 1,
          right.baseAddress.map { unsafe $0 + start }, Int32(other.columns),
          left.baseAddress, 1, 0, result.baseAddress, 1)
      }
    }
  }
}
