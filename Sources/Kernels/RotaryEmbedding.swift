import Glibc

/// Rotary position embedding (arXiv 2104.09864), in the form that pairs the two halves of what is
/// rotated.
package struct RotaryEmbedding: Sendable {
  private let headDimension: Int
  /// How many of a head's first dimensions are rotated, halved.
  private let half: Int
  /// For each position, the cosines and then the sines of the angles of its pairs.
  private let table: Matrix

  /// - Parameters:
  ///   - headDimension: at least twice as many as frequencies; what is behind those stays as it is.
  ///   - frequencies: for each pair how far a position turns it.
  ///   - magnitude: what rotated values are multiplied by.
  ///   - positions: how many positions the table holds.
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

  /// `base^(−2i / dimension)` for each pair i of so many dimensions.
  package static func frequencies(dimension: Int, base: Double) -> [Double] {
    (0..<dimension / 2).map { 1 / pow(base, Double(2 * $0) / Double(dimension)) }
  }

  /// Rotates the heads of a window, row t being position t.
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
