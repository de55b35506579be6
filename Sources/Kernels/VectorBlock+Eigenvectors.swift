import COpenBLAS

extension VectorBlock {
  /// Eigenvectors of the greatest eigenvalues of a symmetric operator, by subspace iteration from
  /// these vectors and the Rayleigh–Ritz method.
  ///
  /// With more vectors than are wanted it converges faster; with as many as they are long it is
  /// exact.
  ///
  /// - Parameters:
  ///   - wanted: how many, no more than there are vectors here.
  ///   - steps: how often the operator is applied, at least once.
  ///   - apply: the operator; it has no negative eigenvalues.
  /// - Returns: orthonormal vectors in the order of descending eigenvalues, of each the greatest
  ///   element positive.
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

  /// Eigenvectors of the greatest eigenvalues of a square block, of which the symmetric part counts.
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
    // Columns of Fortran's are rows of ours; its eigenvalues ascend.
    let chosen = (0..<wanted).flatMap { rank in
      matrix[(size - 1 - rank) * size..<(size - rank) * size]
    }
    return VectorBlock(size: size, count: wanted, values: chosen)
  }

  /// An eigenvector has no sign; this one does not depend on how it was found.
  private mutating func makeGreatestElementsPositive() {
    for index in 0..<count {
      var greatest = 0.0
      for value in self[index] where abs(value) > abs(greatest) { greatest = value }
      guard greatest < 0 else { continue }
      for element in index * size..<(index + 1) * size { values[element].negate() }
    }
  }
}
