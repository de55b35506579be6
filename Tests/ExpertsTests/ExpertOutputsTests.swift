import Experts
import Foundation
import Kernels
import Running
import TestSupport
import Testing

@Suite struct ExpertOutputsTests {
  private static func random(_ rows: Int, _ columns: Int, _ seed: UInt64) -> Matrix {
    var numbers = RandomNumbers(seed: seed)
    return Matrix(rows: rows, columns: columns, values: numbers.floats(rows * columns))
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
      for (expert, width) in widths.dropLast().enumerated() {
        let dot = zip(bare(width, token), full).reduce(0) { $0 + $1.0 * $1.1 }
        #expect(abs(Double(similarities[token][expert + 2 * token]) - dot / square) < 1e-5)
      }
    }
  }

  @Test func `where the layer gives nothing, every expert is as good as the full one`() {
    let input = Matrix(rows: 2, columns: 4)
    let outputs = ExpertOutputs(Self.weights(6, 4, bias: false), input: input, widths: [2, 6])
    #expect(outputs.similarities().values == [1, 1])
  }

  @Test(arguments: [false, true])
  func `the error is that of the residual stream`(compensated: Bool) {
    let weights = Self.weights(6, 4, bias: true)
    let (input, residual) = (Self.random(5, 4, 7), Self.random(5, 4, 8))
    let widths = [1, 4, 6]
    let compensations = (0..<(compensated ? 2 : 0)).map {
      Compensation(
        first: Self.random(2, 4, 20 + UInt64($0)), second: Self.random(4, 2, 30 + UInt64($0)),
        bias: [Double](repeating: 0.1, count: 4), inputMeans: [0, 0, 0, 0])
    }
    let errors = ExpertOutputs(weights, input: input, widths: widths)
      .logErrors(compensations: compensations, residual: residual, join: .plain)
    let full = weights.output(weights.hidden(input))
    for (expert, width) in widths.dropLast().enumerated() {
      var alone = weights.output(weights.hidden(input, neurons: width))
      if compensated { alone.add(compensations[expert](input)) }
      for token in 0..<5 {
        let places = token * 4..<token * 4 + 4
        let error = places.reduce(0) { sum, place in
          sum + pow(Double(alone.values[place] - full.values[place]), 2)
        }
        let length = places.reduce(0) { sum, place in
          sum + pow(Double(residual.values[place] + full.values[place]), 2)
        }
        #expect(abs(Double(errors.values[2 * token + expert]) - log(error / length)) < 1e-4)
      }
    }
  }
}
