import COpenBLAS

/// A part of a product of matrices, for one thread to compute.
///
/// Tiles depend on the size of the whole alone, so their sums do not depend on threads.
struct Tile: Sendable {
  let rows: Range<Int>
  let columns: Range<Int>

  /// Enough for the product to run at full speed, and not too much for the cache.
  private static let side = 512

  private static func ranges(_ size: Int) -> [Range<Int>] {
    stride(from: 0, to: size, by: side).map { $0..<min($0 + side, size) }
  }

  /// Tiles that hold the upper triangle; those on the diagonal hold more.
  static func upperTriangle(_ size: Int) -> [Tile] {
    let ranges = ranges(size)
    return ranges.indices.flatMap { row in
      ranges[row...].map { Tile(rows: ranges[row], columns: $0) }
    }
  }

  var isOnDiagonal: Bool { rows == columns }

  /// This tile of `matrixᵀ · matrix`, or of `matrix · matrixᵀ`; of a tile on the diagonal only what
  /// is not below the diagonal counts.
  func square(of matrix: Matrix, ofColumns: Bool) -> [Float] {
    let count = rows.count * columns.count
    let stride = Int32(matrix.columns)
    let depth = Int32(ofColumns ? matrix.rows : matrix.columns)
    let step = ofColumns ? 1 : matrix.columns
    return unsafe [Float](unsafeUninitializedCapacity: count) { result, initialized in
      unsafe matrix.values.withUnsafeBufferPointer { values in
        let left = unsafe values.baseAddress.map { unsafe $0 + rows.lowerBound * step }
        let right = unsafe values.baseAddress.map { unsafe $0 + columns.lowerBound * step }
        if isOnDiagonal {
          unsafe result.initialize(repeating: 0)
          unsafe cblas_ssyrk(
            CblasRowMajor, CblasUpper, ofColumns ? CblasTrans : CblasNoTrans,
            Int32(rows.count), depth, 1, left, stride, 0, result.baseAddress, Int32(columns.count))
        } else {
          unsafe cblas_sgemm(
            CblasRowMajor, ofColumns ? CblasTrans : CblasNoTrans,
            ofColumns ? CblasNoTrans : CblasTrans,
            Int32(rows.count), Int32(columns.count), depth, 1, left, stride, right, stride,
            0, result.baseAddress, Int32(columns.count))
        }
      }
      initialized = count
    }
  }
}
