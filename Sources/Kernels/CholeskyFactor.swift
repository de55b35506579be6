import COpenBLAS

/// Cholesky factor of a symmetric positive definite matrix.
package struct CholeskyFactor: Sendable {
  package let size: Int
  private var values: [Double]

  /// Factors `matrix + ridge · I`, in place if `matrix` is the only copy.
  ///
  /// - Returns: nil if the sum is not positive definite.
  package init?(_ matrix: consuming GramMatrix, ridge: Double) {
    size = matrix.size
    values = (consume matrix).upper
    for index in 0..<size { values[index * size + index] += ridge }
    // LAPACK is column-major, so its lower triangle is our upper one.
    var lower = CChar(UInt8(ascii: "L"))
    var order = Int32(size)
    var status: Int32 = 0
    if size > 0 {
      unsafe values.withUnsafeMutableBufferPointer { values in
        unsafe dpotrf_(&lower, &order, values.baseAddress, &order, &status, 1)
      }
    }
    // dpotrf does not report NaN.
    guard status == 0, (0..<size).allSatisfy({ values[$0 * size + $0].isFinite }) else {
      return nil
    }
  }

  /// Solutions x of `(matrix + ridge · I) x = b` for each vector b.
  package func solve(_ rightSides: consuming VectorBlock) -> VectorBlock {
    precondition(rightSides.size == size, "right sides of another size")
    var solution = rightSides
    guard solution.count > 0, size > 0 else { return solution }
    var lower = CChar(UInt8(ascii: "L"))
    var order = Int32(size)
    var count = Int32(solution.count)
    var status: Int32 = 0
    unsafe values.withUnsafeBufferPointer { values in
      unsafe solution.values.withUnsafeMutableBufferPointer { solution in
        unsafe dpotrs_(
          &lower, &order, &count, values.baseAddress, &order, solution.baseAddress, &order,
          &status, 1)
      }
    }
    precondition(status == 0, "dpotrs refused its arguments")
    return solution
  }
}
