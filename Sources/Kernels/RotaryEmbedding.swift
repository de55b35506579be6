import Glibc

/// Rotary position embedding (arXiv 2104.09864), in the form that pairs the two halves of a head.
package struct RotaryEmbedding: Sendable {
  private let half: Int
  /// For each position, the cosines and then the sines of the angles of its pairs.
  private let table: Matrix

  /// - Parameters:
  ///   - headDimension: even; all of it is rotated.
  ///   - base: θ of the frequencies `θ^(−2i / headDimension)`.
  ///   - positions: how many positions the table holds.
  package init(headDimension: Int, base: Double, positions: Int) {
    let half = headDimension / 2
    var table = Matrix(rows: positions, columns: 2 * half)
    for pair in 0..<half {
      let frequency = 1 / pow(base, Double(2 * pair) / Double(headDimension))
      for position in 0..<positions {
        let angle = Double(position) * frequency
        table.values[position * 2 * half + pair] = Float(cos(angle))
        table.values[position * 2 * half + half + pair] = Float(sin(angle))
      }
    }
    self.half = half
    self.table = table
  }

  /// Rotates the heads of a window, row t being position t.
  package func rotate(_ heads: inout Matrix) {
    let columns = heads.columns
    precondition(heads.rows <= table.rows && columns % (2 * half) == 0, "outside the table")
    let rows = heads.rows
    unsafe heads.values.withUnsafeMutableBufferPointer { values in
      unsafe table.values.withUnsafeBufferPointer { table in
        for row in 0..<rows {
          let angles = row * 2 * half
          for head in stride(from: row * columns, to: (row + 1) * columns, by: 2 * half) {
            for pair in 0..<half {
              let cosine = unsafe table[angles + pair]
              let sine = unsafe table[angles + half + pair]
              let first = unsafe values[head + pair]
              let second = unsafe values[head + half + pair]
              unsafe values[head + pair] = first * cosine - second * sine
              unsafe values[head + half + pair] = second * cosine + first * sine
            }
          }
        }
      }
    }
  }
}
