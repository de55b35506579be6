import Experts
import Kernels
import Running
import TestSupport
import Testing

@Suite struct RoutedFeedForwardTests {
  private static func random(_ rows: Int, _ columns: Int, _ seed: UInt64) -> Matrix {
    var numbers = RandomNumbers(seed: seed)
    return Matrix(rows: rows, columns: columns, values: numbers.floats(rows * columns))
  }

  private static func weights(gated: Bool, outputMajor: Bool = false) -> FeedForwardWeights {
    let down = random(9, 4, 3)
    return FeedForwardWeights(
      activation: .silu, gate: gated ? random(9, 4, 1) : nil, up: random(9, 4, 2),
      down: outputMajor ? .outputMajor(down.transposed()) : .neuronMajor(down),
      gateBias: gated ? random(1, 9, 4).values : nil, upBias: random(1, 9, 5).values,
      downBias: random(1, 4, 6).values)
  }

  @Test(arguments: [true, false], 0..<12)
  func `what a token is spared changes nothing of what it gets`(gated: Bool, seed: UInt64) {
    let weights = Self.weights(gated: gated)
    let input = Self.random(11, 4, 100 + seed)
    var numbers = RandomNumbers(seed: seed)
    let widths = [[9], [2, 9], [1, 4, 7, 9]][Int(seed % 3)]
    // With some seeds, an expert has no tokens.
    let most = Int.random(in: 0..<widths.count, using: &numbers)
    let choices = (0..<11).map { _ in Int.random(in: 0...most, using: &numbers) }
    let compensations = (0..<(seed % 2 == 0 ? widths.count - 1 : 0)).map {
      Compensation(
        first: Self.random(2, 4, 40 + UInt64($0)), second: Self.random(4, 2, 50 + UInt64($0)),
        bias: [Double](repeating: 0.1, count: 4), inputMeans: [0, 0, 0, 0])
    }
    let routed = RoutedFeedForward(
      weights, input: input, residual: input,
      experts: LayerExperts(
        widths: widths, meanNeurons: Double(widths[widths.count - 1]),
        compensations: compensations, hiddenSize: 4, gated: gated),
      choices: choices, price: nil)
    let all = ExpertOutputs(weights, input: input, widths: widths)
      .output(choices: choices, compensations: compensations)
    for (ours, theirs) in zip(routed.output.values, all.values) {
      #expect(abs(ours - theirs) < 1e-5)
    }
    #expect(routed.active == choices.map { widths[$0] })
  }

  @Test(arguments: [true, false])
  func `a layer in another order gives the same`(outputMajor: Bool) {
    let weights = Self.weights(gated: true, outputMajor: outputMajor)
    let order = [4, 8, 0, 3, 7, 1, 6, 2, 5]
    let reordered = weights.reordered(by: order)
    let input = Self.random(5, 4, 7)
    let hidden = weights.hidden(input)
    let moved = reordered.hidden(input)
    for token in 0..<5 {
      for (rank, neuron) in order.enumerated() {
        #expect(moved.values[token * 9 + rank] == hidden.values[token * 9 + neuron])
      }
    }
    let outputs = zip(weights.output(hidden).values, reordered.output(moved).values)
    for (before, after) in outputs { #expect(abs(before - after) < 1e-5) }
  }

  @Test func `shuffled choices are the same choices, and the same for the same seed`() {
    let choices = [[0, 0, 1], [2], [1, 1, 1, 0, 2]]
    let shuffled = ShuffledChoices.shuffled(choices, seed: 3)
    #expect(shuffled.map(\.count) == choices.map(\.count))
    #expect(shuffled.joined().sorted() == choices.joined().sorted())
    #expect(shuffled == ShuffledChoices.shuffled(choices, seed: 3))
    #expect((0..<20).contains { ShuffledChoices.shuffled(choices, seed: $0) != shuffled })
  }
}
