import COpenBLAS
import Glibc

/// Scaled dot-product attention of one window, every position seeing itself and those before it.
package enum Attention {
  /// - Parameters:
  ///   - queries: T rows of `heads · headDimension` columns.
  ///   - keys: T rows of `keyValueHeads · headDimension`; a key head serves `heads / keyValueHeads`
  ///     query heads in a row (grouped-query attention, arXiv 2305.13245).
  ///   - values: shaped as `keys`.
  ///   - heads: a multiple of `keyValueHeads`.
  ///   - keyValueHeads: how many heads keys and values have.
  /// - Returns: shaped as `queries`.
  package static func causal(
    queries: Matrix, keys: Matrix, values: Matrix, heads: Int, keyValueHeads: Int
  ) -> Matrix {
    let count = queries.rows
    let dimension = queries.columns / heads
    precondition(
      queries.columns == heads * dimension && keys.columns == keyValueHeads * dimension
        && values.columns == keys.columns && keys.rows == count && values.rows == count
        && heads % keyValueHeads == 0, "shapes do not fit")
    guard count > 0 else { return queries }
    var output = Matrix(rows: count, columns: queries.columns)
    var scores = Matrix(rows: count, columns: count)
    let scale = 1 / Float(dimension).squareRoot()
    for head in 0..<heads {
      let shared = head / (heads / keyValueHeads) * dimension
      unsafe scores.values.withUnsafeMutableBufferPointer { scores in
        unsafe queries.values.withUnsafeBufferPointer { queries in
          unsafe keys.values.withUnsafeBufferPointer { keys in
            unsafe cblas_sgemm(
              CblasRowMajor, CblasNoTrans, CblasTrans, Int32(count), Int32(count), Int32(dimension),
              scale, queries.baseAddress.map { unsafe $0 + head * dimension },
              Int32(heads * dimension),
              keys.baseAddress.map { unsafe $0 + shared }, Int32(keyValueHeads * dimension),
              0, scores.baseAddress, Int32(count))
          }
        }
        for row in 0..<count {
          unsafe softmax(
            UnsafeMutableBufferPointer(rebasing: scores[row * count..<(row + 1) * count]),
            visible: row + 1)
        }
      }
      unsafe output.values.withUnsafeMutableBufferPointer { output in
        unsafe scores.values.withUnsafeBufferPointer { scores in
          unsafe values.values.withUnsafeBufferPointer { values in
            unsafe cblas_sgemm(
              CblasRowMajor, CblasNoTrans, CblasNoTrans, Int32(count), Int32(dimension),
              Int32(count),
              1, scores.baseAddress, Int32(count),
              values.baseAddress.map { unsafe $0 + shared }, Int32(keyValueHeads * dimension),
              0, output.baseAddress.map { unsafe $0 + head * dimension },
              Int32(heads * dimension))
          }
        }
      }
    }
    return output
  }

  /// Turns the first `visible` scores into weights that sum to 1, and the others into 0.
  private static func softmax(_ scores: UnsafeMutableBufferPointer<Float>, visible: Int) {
    var maximum = -Float.infinity
    for index in 0..<visible { unsafe maximum = max(maximum, scores[index]) }
    var sum: Float = 0
    for index in 0..<visible {
      let weight = unsafe expf(scores[index] - maximum)
      unsafe scores[index] = weight
      sum += weight
    }
    let scale = 1 / sum
    for index in 0..<visible { unsafe scores[index] *= scale }
    for index in visible..<scores.count { unsafe scores[index] = 0 }
  }
}
