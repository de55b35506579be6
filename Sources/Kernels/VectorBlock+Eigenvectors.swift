import COpenBLAS

extension VectorBlock {
  /// Leading eigenvectors of a symmetric operator, by subspace iteration and Rayleigh–Ritz.
  ///
  /// The iteration starts from these vectors. More vectors than wanted converge faster; as many as
  /// their length give the exact result.
  ///
  /// - Parameters:
  ///   - wanted: number of eigenvectors, at most ``count``.
  ///   - steps: number of times the operator is applied, at least 1.
  ///   - apply: the operator, without negative eigenvalues.
  /// - Returns: orthonormal vectors by descending eigenvalue, the element of largest magnitude of
  ///   each positive.
  package consuming func leadingEigenvectors(
    _ wanted: Int, steps: Int, of apply: (VectorBlock) -> VectorBlock
  ) -> VectorBlock {
    precondition(wanted <= count, "\(wanted) of \(count) vectors")
    var basis = self
    basis.orthonormalize()
    for _ in 1..<max(steps, 1) {
      basis = apply(basis)
      basis.orthonormalize()
    }
    let rotation = basis.products(with: apply(basis)).symmetricEigenvectors(wanted)
    var vectors = basis.combined(by: rotation)
    vectors.makeGreatestElementsPositive()
    return vectors
  }

  /// Leading eigenvectors of the symmetric part of a square block.
  private consuming func symmetricEigenvectors(_ wanted: Int) -> VectorBlock {
    let size = size
    var matrix = values
    for row in 0..<size {
      for column in row + 1..<max(size, row + 1) {
        let mean = (matrix[row * size + column] + matrix[column * size + row]) / 2
        matrix[row * size + column] = mean
        matrix[column * size + row] = mean
      }
    }
    guard size > 0 else { return VectorBlock(size: 0, count: 0, values: []) }
    var (vectors, lower) = (CChar(UInt8(ascii: "V")), CChar(UInt8(ascii: "L")))
    var order = Int32(size)
    var length = Int32(66 * size)
    var work = [Double](repeating: 0, count: 66 * size)
    var eigenvalues = [Double](repeating: 0, count: size)
    var status: Int32 = 0
    unsafe matrix.withUnsafeMutableBufferPointer { matrix in
      unsafe dsyev_(
        &vectors, &lower, &order, matrix.baseAddress, &order, &eigenvalues, &work, &length,
        &status, 1, 1)
    }
    precondition(status >= 0, "dsyev refused its arguments")
    // LAPACK's columns are our rows; its eigenvalues ascend.
    let chosen = (0..<wanted).flatMap { rank in
      matrix[(size - 1 - rank) * size..<(size - rank) * size]
    }
    return VectorBlock(size: size, count: wanted, values: chosen)
  }

  /// Fixes the arbitrary sign of each eigenvector, for reproducible results.
  private mutating func makeGreatestElementsPositive() {
    for index in 0..<count {
      var greatest = 0.0
      for value in self[index] where abs(value) > abs(greatest) { greatest = value }
      guard greatest < 0 else { continue }
      for element in index * size..<(index + 1) * size { values[element].negate() }
    }
  }
}
