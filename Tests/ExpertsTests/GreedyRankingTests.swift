import Experts
import Foundation
import Kernels
import TestSupport
import Testing

@Suite struct GreedyRankingTests {
  private struct Answer: Decodable {
    let order: [Int]
    let scores: [Double]
    let sum: Double
  }

  private let parallel = Parallel(threads: 2)

  private func gram(_ hidden: Matrix) -> GramMatrix {
    var gram = GramMatrix(size: hidden.columns)
    gram.add(hidden)
    return gram
  }

  private func normal(_ rows: Int, _ columns: Int, seed: UInt64) -> Matrix {
    var numbers = RandomNumbers(seed: seed)
    return Matrix(
      rows: rows, columns: columns, values: (0..<rows * columns).map { _ in numbers.normal() })
  }

  /// Answer of numpy, by the sums of all submatrices.
  private func peer(_ hidden: Matrix, _ down: Matrix) throws -> Answer {
    let script = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "ranking_peer.py")
    let input: [String: Any] = [
      "neurons": hidden.columns, "tokens": hidden.rows,
      "h": hidden.values.map { Double($0) }, "down": down.values.map { Double($0) },
    ]
    let output = try python(
      [script.path], input: [UInt8](JSONSerialization.data(withJSONObject: input)))
    return try JSONDecoder().decode(Answer.self, from: Data(output))
  }

  @Test(arguments: [(1, 5, 3), (7, 50, 3), (40, 20, 6), (60, 400, 16)])
  func `the ranking is that of numpy`(neurons: Int, tokens: Int, hiddenSize: Int) throws {
    let hidden = normal(tokens, neurons, seed: UInt64(neurons))
    let down = normal(neurons, hiddenSize, seed: UInt64(tokens))
    let ranking = GreedyRanking(
      gram: gram(hidden), down: down, tokens: tokens, parallel: parallel)
    let answer = try peer(hidden, down)
    #expect(ranking.order == answer.order)
    for (score, expected) in zip(ranking.scores, answer.scores) {
      #expect(abs(score - expected) < 1e-5 * answer.sum)
    }
    #expect(abs(ranking.scores.reduce(0, +) / answer.sum - 1) < 1e-5)
  }

  @Test func `of equal neurons the lower index is kept longer`() throws {
    // Integer values make all sums exact.
    var numbers = RandomNumbers(seed: 3)
    let values = (0..<12 * 4).map { _ in Float(Int.random(in: -1...1, using: &numbers)) }
    let hidden = Matrix(rows: 4, columns: 12, values: values)
    let down = Matrix(rows: 12, columns: 1, values: [Float](repeating: 1, count: 12))
    let ranking = GreedyRanking(
      gram: gram(hidden), down: down, tokens: 4, parallel: parallel)
    let answer = try peer(hidden, down)
    #expect(ranking.order == answer.order)

    let same = GreedyRanking(
      gram: GramMatrix(size: 9), down: normal(9, 2, seed: 1), tokens: 1, parallel: parallel)
    #expect(same.order == Array(0..<9) && same.scores == [Double](repeating: 0, count: 9))
  }

  @Test func `a neuron is judged together with those that are dropped`() {
    // Contributions are 2, −2, 1 and 1: after one 1 is dropped, dropping −2 costs nothing.
    let hidden = Matrix(rows: 1, columns: 4, values: [2, 2, 1, 1])
    let down = Matrix(rows: 4, columns: 1, values: [1, -1, 1, 1])
    let ranking = GreedyRanking(
      gram: gram(hidden), down: down, tokens: 1_000_000_000_000, parallel: parallel)
    #expect(ranking.order == [0, 2, 1, 3])
    for (score, expected) in zip(ranking.scores, [4.0, 0, -1, 1]) {
      #expect(abs(score - expected) < 1e-9)
    }
  }

  @Test func `threads change no bit`() {
    let hidden = normal(64, 1100, seed: 5)
    let down = normal(1100, 24, seed: 6)
    let rankings = [1, 2, 8].map { threads in
      let parallel = Parallel(threads: threads)
      var gram = GramMatrix(size: 1100)
      gram.add(hidden, parallel: parallel)
      return GreedyRanking(gram: gram, down: down, tokens: 64, parallel: parallel)
    }
    #expect(rankings[0] == rankings[1] && rankings[0] == rankings[2])
  }

  @Test func `what is not finite still gives an order, and shows in the scores`() {
    var hidden = normal(5, 6, seed: 7)
    hidden.values[2] = .nan
    let ranking = GreedyRanking(
      gram: gram(hidden), down: normal(6, 2, seed: 8), tokens: 5, parallel: parallel)
    #expect(ranking.order.sorted() == Array(0..<6))
    #expect(ranking.scores.contains { !$0.isFinite })
  }

  @Test func `the diagonal form ranks by what each neuron gives alone`() {
    let down = Matrix(rows: 4, columns: 2, values: [1, 2, 0, 1, 3, 4, 1, 0])
    let ranking = GreedyRanking(diagonal: [2, 1, 0, 1], down: down)
    #expect(ranking.scores == [10, 1, 0, 1])
    #expect(ranking.order == [0, 1, 3, 2])
  }
}
