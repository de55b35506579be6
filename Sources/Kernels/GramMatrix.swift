/// `Σ x xᵀ` over the rows x of any number of matrices, in double precision.
///
/// Products of a matrix are in single precision, sums over matrices in double: add rows in chunks.
package struct GramMatrix: Sendable {
  package let size: Int
  /// Row-major; elements below the diagonal are not maintained.
  var upper: [Double]

  /// Matrix of zeros.
  package init(size: Int) {
    self.size = size
    upper = [Double](repeating: 0, count: size * size)
  }

  /// Element on or above the diagonal.
  package subscript(row: Int, column: Int) -> Double {
    precondition(row <= column, "below the diagonal")
    return upper[row * size + column]
  }

  package var diagonalMean: Double {
    (0..<size).reduce(0) { $0 + upper[$1 * size + $1] } / Double(max(size, 1))
  }

  package var isFinite: Bool { upper.allSatisfy(\.isFinite) }

  /// Adds `x xᵀ` of every row x.
  package mutating func add(_ rows: Matrix, parallel: Parallel = .serial) {
    precondition(rows.columns == size, "\(rows.columns) columns for \(size)")
    guard rows.rows > 0 else { return }
    update(parallel, by: { $0.square(of: rows, ofColumns: true) }) { sum, product, _ in
      sum + product
    }
  }

  /// Multiplies element (i, j) by the inner product of rows i and j of `factors`.
  ///
  /// The result stays positive semidefinite.
  ///
  /// - Parameters:
  ///   - factors: `size` rows.
  ///   - share: additional factor for elements off the diagonal, from 0 to 1.
  ///   - parallel: loop over tiles.
  package mutating func multiply(
    byProductsOfRows factors: Matrix, offDiagonal share: Double, parallel: Parallel = .serial
  ) {
    precondition(factors.rows == size, "\(factors.rows) rows for \(size)")
    update(parallel, by: { $0.square(of: factors, ofColumns: false) }) {
      element, product, isOnDiagonal in
      element * product * (isOnDiagonal ? 1 : share)
    }
  }

  /// Replaces each element by a combination of its old value and a product, tile by tile.
  @inline(__always)
  private mutating func update(
    _ parallel: Parallel, by products: @Sendable (Tile) -> [Float],
    _ combine: @Sendable (_ element: Double, _ product: Double, _ isOnDiagonal: Bool) -> Double
  ) {
    let size = size
    let tiles = Tile.upperTriangle(size)
    unsafe upper.withUnsafeMutableBufferPointer { upper in
      // Tiles do not overlap.
      let shared = unsafe Shared(upper)
      parallel.forEach(tiles.count) { index in
        let tile = tiles[index]
        let products = products(tile)
        unsafe products.withUnsafeBufferPointer { products in
          let width = tile.columns.count
          for row in tile.rows {
            let start = row * size + tile.columns.lowerBound
            let offset = (row - tile.rows.lowerBound) * width
            let first = tile.isOnDiagonal ? row - tile.rows.lowerBound : 0
            for column in first..<width {
              unsafe shared.buffer[start + column] = combine(
                shared.buffer[start + column], Double(products[offset + column]),
                tile.isOnDiagonal && column == first)
            }
          }
        }
      }
    }
  }

  /// Turns sums into covariances: divides by the total weight, subtracts the product of the means.
  package mutating func center(_ means: [Double], weight: Double) {
    precondition(means.count == size, "\(means.count) means for \(size)")
    let size = size
    unsafe upper.withUnsafeMutableBufferPointer { upper in
      unsafe means.withUnsafeBufferPointer { means in
        for row in 0..<size {
          for column in row..<size {
            let sum = unsafe upper[row * size + column]
            unsafe upper[row * size + column] = sum / weight - means[row] * means[column]
          }
        }
      }
    }
  }

  /// Solves `(self + ridge · I) x = b` for several right-hand sides.
  ///
  /// - Parameters:
  ///   - rightSides: right-hand sides of `size` numbers each, one after another.
  ///   - ridge: added to the diagonal.
  /// - Returns: solutions in the layout of `rightSides`; nil if the matrix is not positive definite
  ///   or a solution is not finite.
  package func solve(_ rightSides: [Double], ridge: Double) -> [Double]? {
    precondition(size > 0 && rightSides.count % size == 0, "right sides of another size")
    let block = VectorBlock(size: size, count: rightSides.count / size, values: rightSides)
    guard let solution = CholeskyFactor(self, ridge: ridge)?.solve(block).values else { return nil }
    return solution.allSatisfy(\.isFinite) ? solution : nil
  }
}
