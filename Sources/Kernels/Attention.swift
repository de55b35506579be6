import COpenBLAS
import CVectors
import Glibc

/// Scaled dot-product attention over one window.
package struct Attention: Sendable {
  /// Number of query heads, a multiple of ``keyValueHeads``.
  package let heads: Int
  /// Number of key and value heads.
  ///
  /// Each serves `heads / keyValueHeads` consecutive query heads (grouped-query attention,
  /// arXiv 2305.13245).
  package let keyValueHeads: Int
  /// Factor of the scores.
  package let scale: Float
  /// Whether a position sees only itself and earlier ones.
  package let isCausal: Bool
  /// Positions up to the current one that attention sees, itself included; nil for all.
  package let span: Int?
  /// Whether it sees as many positions after the current one; only if it is not causal.
  package let isCentred: Bool
  /// Cap c of `c · tanh(score / c)`; nil for uncapped scores.
  package let softCap: Float?
  /// Decrease of each head's scores by a position of distance; empty for none.
  package let slopes: [Float]

  package init(
    heads: Int, keyValueHeads: Int, scale: Float, isCausal: Bool = true, span: Int? = nil,
    isCentred: Bool = false, softCap: Float? = nil, slopes: [Float] = []
  ) {
    precondition(slopes.isEmpty || slopes.count == heads, "\(heads) heads, \(slopes.count) slopes")
    precondition(heads % keyValueHeads == 0, "\(heads) heads, \(keyValueHeads) of keys")
    self.heads = heads
    self.keyValueHeads = keyValueHeads
    self.scale = scale
    self.isCausal = isCausal
    self.span = span
    self.isCentred = isCentred
    self.softCap = softCap
    self.slopes = slopes
  }

  /// Slopes of n heads: 2⁻ᵉ ᐟ ⁿ and its powers, e being the exponent (ALiBi, arXiv 2108.12409).
  ///
  /// A number of heads that is no power of 2 takes those of the power below, then every second of
  /// the power above.
  package static func slopes(heads: Int, exponent: Double) -> [Float] {
    var power = 1
    while 2 * power <= heads { power *= 2 }
    func slope(_ index: Int, of count: Int) -> Float {
      Float(exp2(-exponent * Double(index) / Double(count)))
    }
    return (0..<heads).map { head in
      head < power
        ? slope(head + 1, of: power) : slope(2 * (head - power) + 1, of: 2 * power)
    }
  }

  /// - Parameters:
  ///   - queries: T rows of `heads · dimension` columns.
  ///   - keys: T rows of `keyValueHeads · dimension`.
  ///   - values: same shape as `keys`.
  /// - Returns: same shape as `queries`.
  package func callAsFunction(queries: Matrix, keys: Matrix, values: Matrix) -> Matrix {
    let count = queries.rows
    let dimension = queries.columns / heads
    precondition(
      queries.columns == heads * dimension && keys.columns == keyValueHeads * dimension
        && values.columns == keys.columns && keys.rows == count && values.rows == count,
      "shapes do not fit")
    guard count > 0 else { return queries }
    var output = Matrix(rows: count, columns: queries.columns)
    unsafe output.values.withUnsafeMutableBufferPointer { output in
      // Heads write disjoint elements.
      let result = unsafe Shared(output)
      Parallel.within.forEach(heads) { head in
        let weights = weights(queries, keys, head: head, dimension: dimension)
        unsafe weights.values.withUnsafeBufferPointer { weights in
          unsafe values.values.withUnsafeBufferPointer { values in
            unsafe cblas_sgemm(
              CblasRowMajor, CblasNoTrans, CblasNoTrans, Int32(count), Int32(dimension),
              Int32(count),
              1, weights.baseAddress, Int32(count),
              values.baseAddress.map { unsafe $0 + shared(head) * dimension },
              Int32(keyValueHeads * dimension),
              0, result.buffer.baseAddress.map { unsafe $0 + head * dimension },
              Int32(heads * dimension))
          }
        }
      }
    }
    return output
  }

  /// Key and value head of a query head.
  private func shared(_ head: Int) -> Int { head / (heads / keyValueHeads) }

  /// Attention weights of one head, T × T: one row per query position.
  private func weights(
    _ queries: Matrix, _ keys: Matrix, head: Int, dimension: Int
  ) -> Matrix {
    let count = queries.rows
    var scores = Matrix(rows: count, columns: count)
    unsafe scores.values.withUnsafeMutableBufferPointer { scores in
      unsafe queries.values.withUnsafeBufferPointer { queries in
        unsafe keys.values.withUnsafeBufferPointer { keys in
          unsafe cblas_sgemm(
            CblasRowMajor, CblasNoTrans, CblasTrans, Int32(count), Int32(count), Int32(dimension),
            scale, queries.baseAddress.map { unsafe $0 + head * dimension },
            Int32(heads * dimension),
            keys.baseAddress.map { unsafe $0 + shared(head) * dimension },
            Int32(keyValueHeads * dimension),
            0, scores.baseAddress, Int32(count))
        }
      }
      for row in 0..<count {
        unsafe weigh(
          UnsafeMutableBufferPointer(rebasing: scores[row * count..<(row + 1) * count]),
          visible: visible(row, of: count), position: row,
          slope: slopes.isEmpty ? 0 : slopes[head])
      }
    }
    return scores
  }

  private func visible(_ position: Int, of count: Int) -> Range<Int> {
    let ahead = isCausal ? 1 : isCentred ? span ?? count : count
    return max(position + 1 - (span ?? position + 1), 0)..<min(position + ahead, count)
  }

  /// Softmax over the visible scores; sets all others to 0.
  private func weigh(
    _ scores: UnsafeMutableBufferPointer<Float>, visible: Range<Int>, position: Int, slope: Float
  ) {
    let seen = unsafe scores.baseAddress.map { unsafe $0 + visible.lowerBound }
    if let softCap { unsafe cv_cap(seen, visible.count, softCap) }
    if slope != 0 {
      for index in visible { unsafe scores[index] -= slope * Float(abs(position - index)) }
    }
    unsafe cv_softmax(seen, visible.count)
    for index in 0..<visible.lowerBound { unsafe scores[index] = 0 }
    for index in visible.upperBound..<scores.count { unsafe scores[index] = 0 }
  }
}
