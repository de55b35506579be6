import Experts
import Kernels
import Models
import TestSupport
import Testing

@Suite struct ExpertOutputsTests {
  private static func random(_ rows: Int, _ columns: Int, _ seed: UInt64) -> Matrix {
    var numbers = RandomNumbers(seed: seed)
    return Matrix(
      rows: rows, columns: columns,
      values: (0..<rows * columns).map { _ in Float.random(in: -1...1, using: &numbers) })
  }

  private static func weights(_ neurons: Int, _ hidden: Int, bias: Bool) -> FeedForwardWeights {
    FeedForwardWeights(
      activation: .silu, gate: random(neurons, hidden, 1), up: random(neurons, hidden, 2),
      down: .neuronMajor(random(neurons, hidden, 3)), gateBias: nil, upBias: nil,
      downBias: bias ? random(1, hidden, 4).values : nil)
  }

  @Test(arguments: [[7], [2, 7], [1, 3, 4, 7]], [false, true])
  func `every expert gives what its neurons give on their own`(widths: [Int], bias: Bool) {
    let weights = Self.weights(7, 5, bias: bias)
    let input = Self.random(6, 5, 5)
    let outputs = ExpertOutputs(weights, input: input, widths: widths)
    for (expert, width) in widths.enumerated() {
      let alone = weights.output(weights.hidden(input, neurons: width))
      let chosen = outputs.output(choices: [Int](repeating: expert, count: input.rows))
      for (ours, theirs) in zip(chosen.values, alone.values) { #expect(abs(ours - theirs) < 1e-5) }
    }
  }

  @Test func `every token gets the expert that was chosen for it`() {
    let weights = Self.weights(8, 3, bias: true)
    let input = Self.random(9, 3, 6)
    let outputs = ExpertOutputs(weights, input: input, widths: [2, 5, 8])
    let choices = (0..<9).map { $0 * 7 % 3 }
    let mixed = outputs.output(choices: choices)
    for (token, choice) in choices.enumerated() {
      let alone = outputs.output(choices: [Int](repeating: choice, count: 9))
      #expect(Array(mixed[token]) == Array(alone[token]))
    }
  }

  @Test func `similarity is the projection on the full output, without the bias of down`() {
    let weights = Self.weights(6, 4, bias: true)
    let input = Self.random(5, 4, 7)
    let widths = [1, 4, 6]
    let similarities = ExpertOutputs(weights, input: input, widths: widths).similarities()
    let bias = weights.downBias ?? []
    func bare(_ width: Int, _ token: Int) -> [Double] {
      zip(weights.output(weights.hidden(input, neurons: width))[token], bias)
        .map { Double($0) - Double($1) }
    }
    for token in 0..<5 {
      let full = bare(6, token)
      let square = full.reduce(0) { $0 + $1 * $1 }
      for (expert, width) in widths.enumerated() {
        let dot = zip(bare(width, token), full).reduce(0) { $0 + $1.0 * $1.1 }
        #expect(abs(similarities[token][expert] - dot / square) < 1e-5)
      }
      #expect(similarities[token][2] == 1)
    }
  }

  @Test func `where the layer gives nothing, every expert is as good as the full one`() {
    let input = Matrix(rows: 2, columns: 4)
    let outputs = ExpertOutputs(Self.weights(6, 4, bias: false), input: input, widths: [2, 6])
    #expect(outputs.similarities() == [[1, 1], [1, 1]])
  }

  @Test(
    arguments: [
      ([0.2, 0.6, 1], 0.1, 0), ([0.2, 0.6, 1], 0.2, 1), ([0.2, 0.6, 1], 0.6, 2),
      ([0.2, 0.6, 1], 0.99, 2), ([1, 1, 1], 1, 2), ([1.2, 0.6, 1], 1, 2), ([1.2, 0.6, 1], 0.9, 0),
      ([-3, -1, 1], 0, 2), ([1], 0.5, 0),
    ] as [([Double], Double, Int)])
  func `difficulty is the smallest expert above the threshold`(
    similarities: [Double], threshold: Double, expert: Int
  ) {
    #expect(Difficulty.expert(similarities: similarities, threshold: threshold) == expert)
  }
}
