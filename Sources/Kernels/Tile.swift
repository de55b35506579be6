import COpenBLAS

/// Part of a matrix product that one thread computes.
///
/// Tiles depend only on the size of the product, so sums do not depend on the number of threads.
struct Tile: Sendable {
  let rows: Range<Int>
  let columns: Range<Int>

  /// Large enough for full speed, small enough for the cache.
  private static let side = 512

  private static func ranges(_ size: Int) -> [Range<Int>] {
    stride(from: 0, to: size, by: side).map { $0..<min($0 + side, size) }
  }

  /// Tiles that cover the upper triangle; those on the diagonal extend below it.
  static func upperTriangle(_ size: Int) -> [Tile] {
    let ranges = ranges(size)
    return ranges.indices.flatMap { row in
      ranges[row...].map { Tile(rows: ranges[row], columns: $0) }
    }
  }

  /// Tiles that cover a whole matrix.
  static func grid(_ rows: Int, _ columns: Int) -> [Tile] {
    let columns = ranges(columns)
    return ranges(rows).flatMap { rows in columns.map { Tile(rows: rows, columns: $0) } }
  }

  var isOnDiagonal: Bool { rows == columns }

  /// Tile of `matrixᵀ · matrix` if `ofColumns`, otherwise of `matrix · matrixᵀ`.
  ///
  /// Elements below the diagonal of the matrix are not computed.
  func square(of matrix: Matrix, ofColumns: Bool) -> [Float] {
    guard isOnDiagonal else { return product(matrix, matrix, ofColumns: ofColumns) }
    let step = ofColumns ? 1 : matrix.columns
    var result = [Float](repeating: 0, count: rows.count * columns.count)
    unsafe result.withUnsafeMutableBufferPointer { result in
      unsafe matrix.values.withUnsafeBufferPointer { values in
        unsafe cblas_ssyrk(
          CblasRowMajor, CblasUpper, ofColumns ? CblasTrans : CblasNoTrans,
          Int32(rows.count), Int32(ofColumns ? matrix.rows : matrix.columns),
          1, values.baseAddress.map { unsafe $0 + rows.lowerBound * step }, Int32(matrix.columns),
          0, result.baseAddress, Int32(columns.count))
      }
    }
    return result
  }

  /// Tile of `leftᵀ · right` if `ofColumns`, otherwise of `left · rightᵀ`.
  func product(_ left: Matrix, _ right: Matrix, ofColumns: Bool = true) -> [Float] {
    let count = rows.count * columns.count
    let depth = ofColumns ? left.rows : left.columns
    return unsafe [Float](unsafeUninitializedCapacity: count) { result, initialized in
      unsafe left.values.withUnsafeBufferPointer { leftValues in
        unsafe right.values.withUnsafeBufferPointer { rightValues in
          let top = rows.lowerBound * (ofColumns ? 1 : left.columns)
          let start = columns.lowerBound * (ofColumns ? 1 : right.columns)
          unsafe cblas_sgemm(
            CblasRowMajor, ofColumns ? CblasTrans : CblasNoTrans,
            ofColumns ? CblasNoTrans : CblasTrans,
            Int32(rows.count), Int32(columns.count), Int32(depth),
            1, leftValues.baseAddress.map { unsafe $0 + top }, Int32(left.columns),
            rightValues.baseAddress.map { unsafe $0 + start }, Int32(right.columns),
            0, result.baseAddress, Int32(columns.count))
        }
      }
      initialized = count
    }
  }
}
