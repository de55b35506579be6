import Glibc

/// Rotary position embedding (arXiv 2104.09864) that pairs the halves of the rotated dimensions.
package struct RotaryEmbedding: Sendable {
  private let headDimension: Int
  /// Half the number of leading dimensions of a head that are rotated.
  private let half: Int
  /// One row per position: the cosines of all pairs, then the sines, times the magnitude.
  private let table: Matrix

  /// - Parameters:
  ///   - headDimension: at least twice the number of frequencies; the rest stays unchanged.
  ///   - frequencies: rotation per position of each pair, in radians.
  ///   - magnitude: factor of rotated values.
  ///   - positions: number of positions in the table.
  package init(
    headDimension: Int, frequencies: [Double], magnitude: Double = 1, positions: Int
  ) {
    let half = frequencies.count
    precondition(2 * half <= headDimension, "\(half) pairs in \(headDimension) dimensions")
    var table = Matrix(rows: positions, columns: 2 * half)
    for (pair, frequency) in frequencies.enumerated() {
      for position in 0..<positions {
        let angle = Double(position) * frequency
        table.values[position * 2 * half + pair] = Float(magnitude * cos(angle))
        table.values[position * 2 * half + half + pair] = Float(magnitude * sin(angle))
      }
    }
    self.headDimension = headDimension
    self.half = half
    self.table = table
  }

  /// `base^(−2i / dimension)` for each pair i.
  package static func frequencies(dimension: Int, base: Double) -> [Double] {
    (0..<dimension / 2).map { 1 / pow(base, Double(2 * $0) / Double(dimension)) }
  }

  /// Rotates all heads of a window; row t is position t.
  package func rotate(_ heads: inout Matrix) {
    let columns = heads.columns
    precondition(heads.rows <= table.rows && columns % headDimension == 0, "outside the table")
    let rows = heads.rows
    unsafe heads.values.withUnsafeMutableBufferPointer { values in
      unsafe table.values.withUnsafeBufferPointer { table in
        for row in 0..<rows {
          let angles = row * 2 * half
          for head in stride(from: row * columns, to: (row + 1) * columns, by: headDimension) {
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
