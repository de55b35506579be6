import CVectors
import Glibc

/// Distributions over the columns of a matrix, one per row, given as logits.
package struct Distributions: Sendable {
  private let logits: Matrix
  /// Most probable column of each row; the first of equals.
  package let mostProbable: [Int]
  /// `ln Σ e^x` of each row, computed once for all measures.
  private let normalizers: [Double]

  package init(_ logits: Matrix) {
    self.logits = logits
    let columns = logits.columns
    let found = unsafe logits.values.withUnsafeBufferPointer { values in
      (0..<logits.rows).map { row in
        let start = unsafe values.baseAddress.map { unsafe $0 + row * columns }
        let largest = unsafe cv_largest(start, columns)
        let maximum = columns > 0 ? unsafe values[row * columns + largest] : 0
        let sum = unsafe cv_exponential_sum(start, columns, maximum)
        return (largest, log(sum) + Double(maximum))
      }
    }
    mostProbable = found.map(\.0)
    normalizers = found.map(\.1)
  }

  /// Negative log-likelihood, in nats, of `targets[row]` under each row.
  package func negativeLogLikelihoods(of targets: [Int]) -> [Double] {
    precondition(targets.count == logits.rows, "\(targets.count) targets for \(logits.rows) rows")
    return targets.indices.map { row in
      normalizers[row] - Double(logits.values[row * logits.columns + targets[row]])
    }
  }

  /// Kullback–Leibler divergence `Σ p (ln p − ln q)` of each row; p is `reference`, q is self.
  package func divergences(from reference: Distributions) -> [Double] {
    let columns = logits.columns
    precondition(
      logits.rows == reference.logits.rows && columns == reference.logits.columns, "shapes differ")
    return unsafe logits.values.withUnsafeBufferPointer { q in
      unsafe reference.logits.values.withUnsafeBufferPointer { p in
        normalizers.indices.map { row in
          let offset = row * columns
          let sum = unsafe cv_divergence(
            p.baseAddress.map { unsafe $0 + offset }, q.baseAddress.map { unsafe $0 + offset },
            columns, Float(reference.normalizers[row]),
            normalizers[row] - reference.normalizers[row])
          return max(sum, 0)
        }
      }
    }
  }
}
