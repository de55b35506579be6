import CBrainFloats
import COpenBLAS

extension Matrix {
  /// `self · other[rows]ᵀ`: inner products of the rows of self with the given rows of `other`.
  ///
  /// - Parameters:
  ///   - other: as many columns as self.
  ///   - range: rows of `other` to use; all by default.
  /// - Returns: a row for each row of self, a column for each row of the range.
  package func timesTransposed(_ other: Matrix, rows range: Range<Int>? = nil) -> Matrix {
    let range = range ?? 0..<other.rows
    precondition(columns == other.columns, "inner sizes differ: \(columns), \(other.columns)")
    precondition(range.lowerBound >= 0 && range.upperBound <= other.rows, "rows out of range")
    return product(
      with: other, from: range.lowerBound * other.columns, transposed: true, range.count)
  }

  /// `self · other[rows]`: sums of the given rows of `other`, weighted by each row of self.
  ///
  /// - Parameters:
  ///   - other: the range has as many rows as self has columns.
  ///   - range: rows of `other` to use; all by default.
  /// - Returns: as many rows as self, as many columns as `other`.
  package func times(_ other: Matrix, rows range: Range<Int>? = nil) -> Matrix {
    let range = range ?? 0..<other.rows
    precondition(columns == range.count, "inner sizes differ: \(columns), \(range.count)")
    precondition(range.lowerBound >= 0 && range.upperBound <= other.rows, "rows out of range")
    return product(
      with: other, from: range.lowerBound * other.columns, transposed: false, other.columns)
  }

  /// `selfᵀ · other`: inner products of the columns of self with the columns of `other`.
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

  /// Columns of a product that one thread computes.
  ///
  /// Few enough to share the work, many enough that reading the left matrix per piece is cheap.
  private static let piece = 1024

  /// Rows from which rounding the right factor costs less than it saves.
  private static let roundedRows = 32

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
      let rounds = other.precision == .bf16 && rows >= Self.roundedRows
      // Pieces depend only on the size of the result, so sums do not depend on threads.
      Parallel.within.forEach((resultColumns + Self.piece - 1) / Self.piece) { piece in
        let first = piece * Self.piece
        let offset = start + (transposed ? first * other.columns : first)
        unsafe values.withUnsafeBufferPointer { left in
          unsafe other.values.withUnsafeBufferPointer { right in
            let count = min(Self.piece, resultColumns - first)
            let factor = unsafe right.baseAddress.map { unsafe $0 + offset }
            let sums = unsafe shared.buffer.baseAddress.map { unsafe $0 + first }
            guard rounds else {
              return unsafe cblas_sgemm(
                CblasRowMajor, CblasNoTrans, transposed ? CblasTrans : CblasNoTrans,
                Int32(rows), Int32(count), Int32(columns),
                1, left.baseAddress, Int32(columns), factor, Int32(other.columns),
                0, sums, Int32(resultColumns))
            }
            let isDone = unsafe cb_multiply(
              left.baseAddress, rows, columns, factor, other.columns, transposed, count, sums,
              resultColumns)
            precondition(isDone, "oneDNN: no memory for a product of \(rows)×\(columns)×\(count)")
          }
        }
      }
    }
    return Matrix(rows: rows, columns: resultColumns, values: product)
  }

  /// Product of a single row: bound by reading `other` once, which packing would read twice.
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
