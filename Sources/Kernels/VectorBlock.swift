import COpenBLAS

/// Vectors of equal length in double precision, one after another.
package struct VectorBlock: Sendable, Equatable {
  /// Length of a vector.
  package let size: Int
  package let count: Int
  package var values: [Double]

  package init(size: Int, count: Int, values: [Double]) {
    precondition(values.count == size * count, "\(values.count) values for \(count)×\(size)")
    self.size = size
    self.count = count
    self.values = values
  }

  package subscript(index: Int) -> ArraySlice<Double> { values[index * size..<(index + 1) * size] }

  /// Adds a multiple of another block.
  package mutating func add(_ other: VectorBlock, times factor: Double) {
    precondition(size == other.size && count == other.count, "shapes differ")
    unsafe values.withUnsafeMutableBufferPointer { sum in
      unsafe other.values.withUnsafeBufferPointer { term in
        for index in sum.indices { unsafe sum[index] += factor * term[index] }
      }
    }
  }

  /// Inner products with all vectors of `other`: for each vector one of `other.count` elements.
  package func products(with other: VectorBlock) -> VectorBlock {
    precondition(size == other.size, "sizes differ")
    return product(other, transposed: true, columns: other.count)
  }

  /// Weighted sums of the vectors, one for each vector of `weights`.
  package func combined(by weights: VectorBlock) -> VectorBlock {
    precondition(weights.size == count, "\(weights.size) weights for \(count) vectors")
    return weights.product(self, transposed: false, columns: size)
  }

  private func product(
    _ other: VectorBlock, transposed: Bool, columns: Int
  ) -> VectorBlock {
    var result = VectorBlock(
      size: columns, count: count, values: [Double](repeating: 0, count: count * columns))
    guard !values.isEmpty, columns > 0 else { return result }
    unsafe result.values.withUnsafeMutableBufferPointer { result in
      unsafe values.withUnsafeBufferPointer { left in
        unsafe other.values.withUnsafeBufferPointer { right in
          unsafe cblas_dgemm(
            CblasRowMajor, CblasNoTrans, transposed ? CblasTrans : CblasNoTrans,
            Int32(count), Int32(columns), Int32(size), 1, left.baseAddress, Int32(size),
            right.baseAddress, Int32(other.size), 0, result.baseAddress, Int32(columns))
        }
      }
    }
    return result
  }

  /// Replaces the vectors, at most `size`, by orthonormal ones that span the same space.
  ///
  /// The new space is larger if the vectors are linearly dependent.
  package mutating func orthonormalize() {
    precondition(count <= size, "\(count) vectors in \(size) dimensions")
    guard count > 0 else { return }
    var (rows, columns) = (Int32(size), Int32(count))
    var scales = [Double](repeating: 0, count: count)
    var length = Int32(64 * count)
    var work = [Double](repeating: 0, count: 64 * count)
    var status: Int32 = 0
    unsafe values.withUnsafeMutableBufferPointer { values in
      unsafe dgeqrf_(
        &rows, &columns, values.baseAddress, &rows, &scales, &work, &length, &status)
      unsafe dorgqr_(
        &rows, &columns, &columns, values.baseAddress, &rows, &scales, &work, &length, &status)
    }
    precondition(status == 0, "dgeqrf or dorgqr refused its arguments")
  }
}
