/// Bit-exact moves of rows and columns in matrices of opaque elements.
package enum Rearrangement {
  /// Copies the given rows, in order, of a matrix with `rowBytes` bytes per row.
  package static func gatherRows(
    _ indices: ArraySlice<Int>, of matrix: [UInt8], rowBytes: Int
  ) -> [UInt8] {
    var result = [UInt8]()
    result.reserveCapacity(indices.count * rowBytes)
    for index in indices {
      result.append(contentsOf: matrix[index * rowBytes..<(index + 1) * rowBytes])
    }
    return result
  }

  /// Moves row k to row `indices[k]`; every index occurs once.
  package static func scatterRows(_ rows: [UInt8], to indices: [Int]) -> [UInt8] {
    var order = indices
    for (row, index) in indices.enumerated() { order[index] = row }
    return gatherRows(order[...], of: rows, rowBytes: rows.count / max(indices.count, 1))
  }

  /// Transposes a matrix of `rows · columns` elements of 1, 2, 4 or 8 bytes.
  package static func transpose(
    _ matrix: [UInt8], rows: Int, columns: Int, elementSize: Int
  ) -> [UInt8] {
    precondition(matrix.count == rows * columns * elementSize, "bytes do not fit the shape")
    return unsafe [UInt8](unsafeUninitializedCapacity: matrix.count) { target, initialized in
      unsafe matrix.withUnsafeBytes { source in
        let target = UnsafeMutableRawBufferPointer(target)
        switch elementSize {
        case 1: unsafe transpose(source, UInt8.self, target, rows, columns)
        case 2: unsafe transpose(source, UInt16.self, target, rows, columns)
        case 4: unsafe transpose(source, UInt32.self, target, rows, columns)
        case 8: unsafe transpose(source, UInt64.self, target, rows, columns)
        default: preconditionFailure("no elements of \(elementSize) bytes")
        }
      }
      initialized = matrix.count
    }
  }

  private static func transpose<Element: FixedWidthInteger>(
    _ source: UnsafeRawBufferPointer, _: Element.Type, _ target: UnsafeMutableRawBufferPointer,
    _ rows: Int, _ columns: Int
  ) {
    // Tiles of this size stay in the first-level cache on both sides.
    let tile = 32
    let size = MemoryLayout<Element>.size
    for top in stride(from: 0, to: rows, by: tile) {
      for left in stride(from: 0, to: columns, by: tile) {
        for row in top..<min(top + tile, rows) {
          for column in left..<min(left + tile, columns) {
            let element = unsafe source.loadUnaligned(
              fromByteOffset: (row * columns + column) * size, as: Element.self)
            unsafe target.storeBytes(
              of: element, toByteOffset: (column * rows + row) * size, as: Element.self)
          }
        }
      }
    }
  }
}
