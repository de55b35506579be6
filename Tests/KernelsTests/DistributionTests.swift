import Foundation
import Kernels
import TestSupport
import Testing

@Suite struct DistributionTests {
  /// Softmax of a row, in double precision.
  private func probabilities(_ matrix: Matrix, _ row: Int) -> [Double] {
    let values = matrix[row].map { Double($0) }
    let largest = values.max() ?? 0
    let weights = values.map { exp($0 - largest) }
    let sum = weights.reduce(0, +)
    return weights.map { $0 / sum }
  }

  private func logits(_ rows: Int, _ columns: Int, seed: UInt64) -> Matrix {
    var numbers = RandomNumbers(seed: seed)
    var matrix = numbers.matrix(rows, columns)
    for index in matrix.values.indices { matrix.values[index] *= 12 }
    return matrix
  }

  @Test(arguments: [(1, 1), (3, 2), (7, 31), (4, 1024)])
  func `losses are the negative logarithms of probabilities`(rows: Int, columns: Int) {
    let matrix = logits(rows, columns, seed: 1)
    let targets = (0..<rows).map { ($0 * 7 + 3) % columns }
    let found = Distributions(matrix).negativeLogLikelihoods(of: targets)
    for row in 0..<rows {
      #expect(abs(found[row] + log(probabilities(matrix, row)[targets[row]])) < 1e-5)
    }
  }

  @Test func `losses of huge logits are finite`() {
    let matrix = Matrix(rows: 2, columns: 2, values: [1e30, -1e30, 3e38, 3e38])
    let found = Distributions(matrix).negativeLogLikelihoods(of: [0, 1])
    #expect(found[0] == 0)
    #expect(found[1].isFinite)
  }

  @Test(arguments: [(1, 1), (3, 2), (7, 31), (4, 1024)])
  func `divergence is the mean logarithm of the ratio`(rows: Int, columns: Int) {
    let own = logits(rows, columns, seed: 2)
    let reference = logits(rows, columns, seed: 3)
    let found = Distributions(own).divergences(from: Distributions(reference))
    for row in 0..<rows {
      let p = probabilities(reference, row)
      let q = probabilities(own, row)
      let expected = zip(p, q).reduce(0) { $0 + $1.0 * log($1.0 / $1.1) }
      #expect(abs(found[row] - expected) < 1e-4 * max(1, expected))
    }
  }

  @Test func `divergence is zero for equal logits and never negative`() {
    let matrix = logits(50, 200, seed: 4)
    let reference = Distributions(matrix)
    #expect(reference.divergences(from: reference) == [Double](repeating: 0, count: 50))
    var near = matrix
    for index in near.values.indices { near.values[index] *= 1 + Float(index % 3) * 1e-7 }
    let found = Distributions(near).divergences(from: reference)
    #expect(found.allSatisfy { $0 >= 0 && $0 < 1e-6 })
  }

  @Test func `logits that differ by a constant are the same distribution`() {
    let matrix = logits(5, 40, seed: 5)
    var moved = matrix
    for index in moved.values.indices { moved.values[index] += 64 }
    let (first, second) = (Distributions(matrix), Distributions(moved))
    #expect(second.divergences(from: first).allSatisfy { $0 < 1e-5 })
    let targets = [0, 1, 2, 3, 39]
    for (first, second) in zip(
      first.negativeLogLikelihoods(of: targets), second.negativeLogLikelihoods(of: targets))
    {
      #expect(abs(first - second) < 1e-4)
    }
  }

  @Test func `of several most probable columns the first is named`() {
    let matrix = Matrix(
      rows: 5, columns: 3,
      values: [1, 3, 3, 0, 0, 0, -2, -1, -3, 5, 4, 5, -.infinity, -.infinity, 0])
    #expect(Distributions(matrix).mostProbable == [1, 0, 1, 0, 2])
    #expect(Distributions(Matrix(rows: 0, columns: 3)).mostProbable == [])
  }

  @Test func `logits that are no numbers give losses that are none`() {
    let matrix = Matrix(rows: 2, columns: 3, values: [.nan, 1, 2, .nan, .nan, .nan])
    let found = Distributions(matrix)
    #expect(found.negativeLogLikelihoods(of: [1, 0]).allSatisfy { $0.isNaN })
    #expect(found.divergences(from: found).allSatisfy { $0.isNaN })
    #expect(found.mostProbable == [2, 0])
  }
}
