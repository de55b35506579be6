import COpenBLAS

/// `Σ x xᵀ` over the rows x of any number of matrices, in double precision.
///
/// Products are of single precision, matrix by matrix; their sums are not, so add rows in chunks.
package struct GramMatrix: Sendable {
  package let size: Int
  /// Row after row; what lies below the diagonal is not kept.
  private var upper: [Double]

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

  package mutating func add(_ matrix: Matrix) {
    precondition(matrix.columns == size, "\(matrix.columns) columns for \(size)")
    guard matrix.rows > 0, size > 0 else { return }
    let size = size
    var chunk = [Float](repeating: 0, count: size * size)
    unsafe chunk.withUnsafeMutableBufferPointer { chunk in
      unsafe matrix.values.withUnsafeBufferPointer { rows in
        unsafe cblas_ssyrk(
          CblasRowMajor, CblasUpper, CblasTrans, Int32(size), Int32(matrix.rows),
          1, rows.baseAddress, Int32(size), 0, chunk.baseAddress, Int32(size))
      }
      unsafe upper.withUnsafeMutableBufferPointer { sum in
        for row in 0..<size {
          for index in row * size + row..<(row + 1) * size {
            unsafe sum[index] += Double(chunk[index])
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
    var factor = upper
    for index in 0..<size { factor[index * size + index] += ridge }
    var solution = rightSides
    // Rows of ours are columns of Fortran's, so its lower triangle is our upper one.
    var lower = CChar(UInt8(ascii: "L"))
    var order = Int32(size)
    var count = Int32(rightSides.count / size)
    var status: Int32 = 0
    unsafe factor.withUnsafeMutableBufferPointer { factor in
      unsafe solution.withUnsafeMutableBufferPointer { solution in
        unsafe dposv_(
          &lower, &order, &count, factor.baseAddress, &order, solution.baseAddress, &order,
          &status, 1)
      }
    }
    guard status == 0, solution.allSatisfy(\.isFinite) else { return nil }
    return solution
  }
}
