/// `Σ x xᵀ` over the rows x of any number of matrices, in double precision.
///
/// Products are of single precision, matrix by matrix; their sums are not, so add rows in chunks.
package struct GramMatrix: Sendable {
  package let size: Int
  /// Row after row; what lies below the diagonal is not kept.
  var upper: [Double]

  /// A matrix of zeros.
  package init(size: Int) {
    self.size = size
    upper = [Double](repeating: 0, count: size * size)
  }

  /// An element, by its row and a column that is not before the diagonal.
  package subscript(row: Int, column: Int) -> Double {
    precondition(row <= column, "below the diagonal")
    return upper[row * size + column]
  }

  package var diagonalMean: Double {
    (0..<size).reduce(0) { $0 + upper[$1 * size + $1] } / Double(max(size, 1))
  }

  /// Adds `x xᵀ` of every row x.
  package mutating func add(_ rows: Matrix, parallel: Parallel = .serial) {
    precondition(rows.columns == size, "\(rows.columns) columns for \(size)")
    guard rows.rows > 0 else { return }
    update(parallel, by: { $0.square(of: rows, ofColumns: true) }) { sum, product, _ in
      sum + product
    }
  }

  /// Multiplies every element by the product of two rows of a matrix, which have its indices.
  ///
  /// The result is positive semidefinite again.
  ///
  /// - Parameters:
  ///   - factors: `size` rows.
  ///   - share: what is left of the elements off the diagonal, from 0 to 1.
  ///   - parallel: the loop.
  package mutating func multiply(
    byProductsOfRows factors: Matrix, offDiagonal share: Double, parallel: Parallel = .serial
  ) {
    precondition(factors.rows == size, "\(factors.rows) rows for \(size)")
    update(parallel, by: { $0.square(of: factors, ofColumns: false) }) {
      element, product, isOnDiagonal in
      element * product * (isOnDiagonal ? 1 : share)
    }
  }

  /// Gives every element a new value from its old one and a product, tile by tile.
  @inline(__always)
  private mutating func update(
    _ parallel: Parallel, by products: @Sendable (Tile) -> [Float],
    _ combine: @Sendable (_ element: Double, _ product: Double, _ isOnDiagonal: Bool) -> Double
  ) {
    let size = size
    let tiles = Tile.upperTriangle(size)
    unsafe upper.withUnsafeMutableBufferPointer { upper in
      // No element is in two tiles.
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

  /// Divides by the weight of all rows, and takes away the product of their means.
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

  /// Solves `(self + ridge · I) x = b` for several right sides.
  ///
  /// - Parameters:
  ///   - rightSides: `size` numbers for each, one right side behind the other.
  ///   - ridge: what is added to the diagonal.
  /// - Returns: the solutions, laid out as the right sides; nil where the matrix is not positive
  ///   definite.
  package func solve(_ rightSides: [Double], ridge: Double) -> [Double]? {
    precondition(size > 0 && rightSides.count % size == 0, "right sides of another size")
    let block = VectorBlock(size: size, count: rightSides.count / size, values: rightSides)
    guard let solution = CholeskyFactor(self, ridge: ridge)?.solve(block).values else { return nil }
    return solution.allSatisfy(\.isFinite) ? solution : nil
  }
}
