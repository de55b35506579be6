import COpenBLAS

/// `Σ x tᵀ` over the rows x and t of any number of pairs of matrices, in double precision.
///
/// Products of a pair are in single precision, sums over pairs in double: add rows in chunks.
package struct CrossMatrix: Sendable {
  package let rows: Int
  package let columns: Int
  private var values: [Double]

  /// Matrix of zeros.
  package init(rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
    values = [Double](repeating: 0, count: rows * columns)
  }

  package subscript(row: Int, column: Int) -> Double { values[row * columns + column] }

  package var isFinite: Bool { values.allSatisfy(\.isFinite) }

  /// Rows as vectors.
  package var rowVectors: VectorBlock { VectorBlock(size: columns, count: rows, values: values) }

  /// Adds `x tᵀ` for each row x of `left` and the same row t of `right`.
  package mutating func add(_ left: Matrix, _ right: Matrix, parallel: Parallel = .serial) {
    precondition(left.rows == right.rows, "\(left.rows) rows and \(right.rows)")
    precondition(left.columns == rows && right.columns == columns, "columns of another size")
    guard left.rows > 0 else { return }
    let tiles = Tile.grid(rows, columns)
    let stride = columns
    unsafe values.withUnsafeMutableBufferPointer { values in
      // Tiles do not overlap.
      let shared = unsafe Shared(values)
      parallel.forEach(tiles.count) { index in
        let tile = tiles[index]
        let products = tile.product(left, right)
        unsafe products.withUnsafeBufferPointer { products in
          let width = tile.columns.count
          for row in tile.rows {
            let start = row * stride + tile.columns.lowerBound
            let offset = (row - tile.rows.lowerBound) * width
            for column in 0..<width {
              unsafe shared.buffer[start + column] += Double(products[offset + column])
            }
          }
        }
      }
    }
  }

  /// Turns sums into covariances: divides by the total weight, subtracts the product of the means.
  package mutating func center(_ rowMeans: [Double], _ columnMeans: [Double], weight: Double) {
    precondition(rowMeans.count == rows && columnMeans.count == columns, "shapes differ")
    let columns = columns
    unsafe values.withUnsafeMutableBufferPointer { values in
      unsafe columnMeans.withUnsafeBufferPointer { means in
        for (row, mean) in rowMeans.enumerated() {
          for column in 0..<columns {
            let sum = unsafe values[row * columns + column]
            unsafe values[row * columns + column] = sum / weight - mean * means[column]
          }
        }
      }
    }
  }

  /// Products of the matrix with vectors of `columns` elements.
  package func times(_ vectors: VectorBlock) -> VectorBlock {
    precondition(vectors.size == columns, "vectors of another size")
    return apply(to: vectors, transposed: false)
  }

  /// Products of the transposed matrix with vectors of `rows` elements.
  package func transposedTimes(_ vectors: VectorBlock) -> VectorBlock {
    precondition(vectors.size == rows, "vectors of another size")
    return apply(to: vectors, transposed: true)
  }

  private func apply(to vectors: VectorBlock, transposed: Bool) -> VectorBlock {
    let size = transposed ? columns : rows
    let count = vectors.count
    var result = VectorBlock(
      size: size, count: count, values: [Double](repeating: 0, count: count * size))
    guard count > 0, !values.isEmpty else { return result }
    unsafe result.values.withUnsafeMutableBufferPointer { result in
      unsafe vectors.values.withUnsafeBufferPointer { vectors in
        unsafe values.withUnsafeBufferPointer { values in
          unsafe cblas_dgemm(
            CblasRowMajor, CblasNoTrans, transposed ? CblasNoTrans : CblasTrans,
            Int32(count), Int32(size), Int32(transposed ? rows : columns), 1,
            vectors.baseAddress, Int32(transposed ? rows : columns),
            values.baseAddress, Int32(columns), 0, result.baseAddress, Int32(size))
        }
      }
    }
    return result
  }
}
