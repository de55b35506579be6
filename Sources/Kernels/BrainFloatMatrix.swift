/// Matrix of BF16 values, in half the memory of floats.
package struct BrainFloatMatrix: Sendable, Equatable {
  package let rows: Int
  package let columns: Int
  /// Upper 16 bits of each float.
  package let bits: [UInt16]

  /// - Parameter matrix: values already rounded to BF16.
  package init(_ matrix: Matrix) {
    rows = matrix.rows
    columns = matrix.columns
    bits = matrix.values.map { UInt16($0.bitPattern >> 16) }
  }

  /// Values as floats.
  package var matrix: Matrix {
    let values = unsafe [Float](unsafeUninitializedCapacity: bits.count) { values, initialized in
      unsafe bits.withUnsafeBufferPointer { bits in
        for index in bits.indices {
          unsafe values[index] = Float(bitPattern: UInt32(bits[index]) << 16)
        }
      }
      initialized = bits.count
    }
    return Matrix(rows: rows, columns: columns, values: values)
  }
}
