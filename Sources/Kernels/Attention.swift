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
        for start in stride(from: 0, to: count, by: Self.block) {
          let rows = start..<min(start + Self.block, count)
          let seen = seen(by: rows, of: count)
          let weights = weights(
            queries, keys, head: head, dimension: dimension, of: rows, seeing: seen)
          unsafe weights.withUnsafeBufferPointer { weights in
            unsafe values.values.withUnsafeBufferPointer { values in
              let value = (seen.lowerBound * keyValueHeads + shared(head)) * dimension
              unsafe cblas_sgemm(
                CblasRowMajor, CblasNoTrans, CblasNoTrans, Int32(rows.count), Int32(dimension),
                Int32(seen.count),
                1, weights.baseAddress, Int32(seen.count),
                values.baseAddress.map { unsafe $0 + value }, Int32(keyValueHeads * dimension),
                0,
                result.buffer.baseAddress.map {
                  unsafe $0 + start * heads * dimension + head * dimension
                }, Int32(heads * dimension))
            }
          }
        }
      }
    }
    return output
  }

  /// Positions whose scores are computed together: enough for full speed, few enough to leave out
  /// most of what they do not see.
  private static let block = 128

  /// Key and value head of a query head.
  private func shared(_ head: Int) -> Int { head / (heads / keyValueHeads) }

  /// Attention weights of one head: a row for each position, a column for each that they see.
  private func weights(
    _ queries: Matrix, _ keys: Matrix, head: Int, dimension: Int, of rows: Range<Int>,
    seeing seen: Range<Int>
  ) -> [Float] {
    let size = rows.count * seen.count
    return unsafe [Float](unsafeUninitializedCapacity: size) { scores, initialized in
      unsafe queries.values.withUnsafeBufferPointer { values in
        unsafe keys.values.withUnsafeBufferPointer { keyValues in
          let query = rows.lowerBound * queries.columns + head * dimension
          let key = seen.lowerBound * keys.columns + shared(head) * dimension
          unsafe cblas_sgemm(
            CblasRowMajor, CblasNoTrans, CblasTrans, Int32(rows.count), Int32(seen.count),
            Int32(dimension),
            scale, values.baseAddress.map { unsafe $0 + query }, Int32(queries.columns),
            keyValues.baseAddress.map { unsafe $0 + key }, Int32(keys.columns),
            0, scores.baseAddress, Int32(seen.count))
        }
      }
      for (index, row) in rows.enumerated() {
        unsafe weigh(
          UnsafeMutableBufferPointer(
            rebasing: scores[index * seen.count..<(index + 1) * seen.count]),
          from: seen.lowerBound, visible: visible(row, of: queries.rows), position: row,
          slope: slopes.isEmpty ? 0 : slopes[head])
      }
      initialized = size
    }
  }

  private func visible(_ position: Int, of count: Int) -> Range<Int> {
    let ahead = isCausal ? 1 : isCentred ? span ?? count : count
    return max(position + 1 - (span ?? position + 1), 0)..<min(position + ahead, count)
  }

  /// All positions that some of these see.
  private func seen(by rows: Range<Int>, of count: Int) -> Range<Int> {
    let last = visible(rows.upperBound - 1, of: count)
    return visible(rows.lowerBound, of: count).lowerBound..<last.upperBound
  }

  /// Softmax over the visible scores, of which the first belongs to position `first`; sets all
  /// others to 0.
  private func weigh(
    _ scores: UnsafeMutableBufferPointer<Float>, from first: Int, visible: Range<Int>,
    position: Int, slope: Float
  ) {
    let shown = visible.lowerBound - first..<visible.upperBound - first
    let seen = unsafe scores.baseAddress.map { unsafe $0 + shown.lowerBound }
    if let softCap { unsafe cv_cap(seen, shown.count, softCap) }
    if slope != 0 {
      for index in shown { unsafe scores[index] -= slope * Float(abs(position - first - index)) }
    }
    unsafe cv_softmax(seen, shown.count)
    for index in 0..<shown.lowerBound { unsafe scores[index] = 0 }
    for index in shown.upperBound..<scores.count { unsafe scores[index] = 0 }
  }
}
