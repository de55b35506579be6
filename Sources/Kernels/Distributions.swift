import Glibc

/// Rows of a matrix as logits of distributions over its columns.
extension Matrix {
  /// The negative log-likelihood, in nats, of `targets[row]` under the softmax of each row.
  package func negativeLogLikelihoods(of targets: [Int]) -> [Double] {
    precondition(targets.count == rows, "\(targets.count) targets for \(rows) rows")
    let normalizers = logNormalizers()
    return targets.indices.map { row in
      normalizers[row] - Double(values[row * columns + targets[row]])
    }
  }

  /// For each row `Σ p (ln p − ln q)`, q being the softmax of self and p that of `reference`.
  package func divergences(from reference: Matrix) -> [Double] {
    precondition(rows == reference.rows && columns == reference.columns, "shapes differ")
    let own = logNormalizers()
    let other = reference.logNormalizers()
    let columns = columns
    return unsafe values.withUnsafeBufferPointer { q in
      unsafe reference.values.withUnsafeBufferPointer { p in
        (0..<rows).map { row in
          var sum = 0.0
          let shift = own[row] - other[row]
          for index in row * columns..<(row + 1) * columns {
            let difference = unsafe Double(p[index] - q[index]) + shift
            sum += unsafe Double(expf(p[index] - Float(other[row]))) * difference
          }
          return max(sum, 0)
        }
      }
    }
  }

  /// The column of the largest value of each row, the first of several.
  package func largestColumns() -> [Int] {
    (0..<rows).map { row in
      var best = row * columns
      for index in row * columns..<(row + 1) * columns where values[index] > values[best] {
        best = index
      }
      return best - row * columns
    }
  }

  /// `ln Σ e^x` of each row.
  private func logNormalizers() -> [Double] {
    let columns = columns
    return unsafe values.withUnsafeBufferPointer { values in
      (0..<rows).map { row in
        let start = row * columns
        var maximum = -Float.infinity
        for index in start..<start + columns { unsafe maximum = max(maximum, values[index]) }
        var sum = 0.0
        for index in start..<start + columns { unsafe sum += Double(expf(values[index] - maximum)) }
        return log(sum) + Double(maximum)
      }
    }
  }
}
