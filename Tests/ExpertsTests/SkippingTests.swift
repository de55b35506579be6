import Experts
import Foundation
import Kernels
import Running
import TestSupport
import Testing

@Suite struct SkippingTests {
  private static let widths = [3, 7, 12]
  private static let (neurons, hidden, tokens) = (12, 5, 9)

  private static func random(_ rows: Int, _ columns: Int, _ seed: UInt64) -> Matrix {
    var numbers = RandomNumbers(seed: seed)
    return Matrix(rows: rows, columns: columns, values: numbers.floats(rows * columns))
  }

  private static func weights(gated: Bool) -> FeedForwardWeights {
    FeedForwardWeights(
      activation: .silu, gate: gated ? random(neurons, hidden, 1) : nil,
      up: random(neurons, hidden, 2), down: .neuronMajor(random(neurons, hidden, 3)),
      gateBias: gated ? random(1, neurons, 4).values : nil, upBias: random(1, neurons, 5).values,
      downBias: random(1, hidden, 6).values)
  }

  private static func experts(gated: Bool) -> LayerExperts {
    LayerExperts(
      widths: widths, meanNeurons: Double(neurons), hiddenSize: hidden, gated: gated,
      skipping: (
        LayerSkipping(
          scales: random(1, neurons, 7).values.map(abs), meanNeurons: Double(neurons), gated: gated),
        [[Double]](repeating: [Double](repeating: 0.5, count: 25), count: 3)
      ))
  }

  /// Output of the first neurons by the definition, in double precision, and the number of those that
  /// take part.
  private static func expected(
    _ weights: FeedForwardWeights, _ experts: LayerExperts, _ input: Matrix, _ residual: Matrix,
    token: Int, width: Int, price: Double
  ) -> (output: [Double], active: Int) {
    func dot(_ matrix: Matrix, _ row: Int) -> Double {
      zip(matrix[row], input[token]).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    func silu(_ value: Double) -> Double { value / (1 + exp(-value)) }
    let length = residual[token].reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
    let saving = (weights.gate == nil ? 1.0 / 2 : 2.0 / 3) / Double(neurons)
    var output = (weights.downBias ?? []).map(Double.init)
    var active = 0
    for neuron in 0..<width {
      let up = dot(weights.up, neuron) + Double(weights.upBias?[neuron] ?? 0)
      let gate = silu(
        weights.gate.map { dot($0, neuron) + Double(weights.gateBias?[neuron] ?? 0) } ?? up)
      let scale = Double(experts.skipping?.scales[neuron] ?? 0)
      guard abs(gate) * scale > length * (price * saving).squareRoot() else { continue }
      active += 1
      let row = weights.neuronMajorDown[neuron]
      let value = gate * (weights.gate == nil ? 1 : up)
      for (column, weight) in row.enumerated() { output[column] += value * Double(weight) }
    }
    return (output, active)
  }

  @Test(arguments: [true, false], [0, 0.01, 0.3, 3, 1e9])
  func `a window and a token alone skip the neurons of the definition`(
    gated: Bool, price: Double
  ) {
    let (weights, experts) = (Self.weights(gated: gated), Self.experts(gated: gated))
    let input = Self.random(Self.tokens, Self.hidden, 8)
    let residual = Self.random(Self.tokens, Self.hidden, 9)
    let choices = (0..<Self.tokens).map { $0 % 3 }
    let window = RoutedFeedForward(
      weights, input: input, residual: residual, experts: experts, choices: choices, price: price)
    let all = ExpertOutputs(
      weights, input: input, experts: experts, residual: residual, price: price)
    let chosen = all.output(choices: choices)
    for (token, choice) in choices.enumerated() {
      let expected = Self.expected(
        weights, experts, input, residual, token: token, width: Self.widths[choice], price: price)
      let row = [token]
      let alone = RoutedFeedForward(
        weights, input: input.gatherRows(row[...]), residual: residual.gatherRows(row[...]),
        experts: experts, choices: [choice], price: price)
      #expect(window.active[token] == expected.active && alone.active == [expected.active])
      #expect(all.active[choice][token] == expected.active)
      for found in [window.output[token], alone.output[0], chosen[token]] {
        for (ours, theirs) in zip(found, expected.output) {
          #expect(abs(Double(ours) - theirs) < 1e-5)
        }
      }
    }
    if price == 1e9 { #expect(window.active.allSatisfy { $0 == 0 }) }
  }

  @Test func `experts may skip at prices of their own, and the full one not at all`() {
    let (weights, experts) = (Self.weights(gated: true), Self.experts(gated: true))
    let input = Self.random(Self.tokens, Self.hidden, 8)
    let residual = Self.random(Self.tokens, Self.hidden, 9)
    let prices = [2.0, 0.2]
    let rule = LayerSkipping(
      scales: experts.skipping?.scales ?? [], meanNeurons: Double(Self.neurons), gated: true)
    let outputs = ExpertOutputs(
      weights, input: input, widths: Self.widths,
      skip: .init(rule, residual: residual, prices: prices))
    let whole = weights.output(weights.hidden(input, neurons: Self.neurons))
    for (expert, price) in prices.enumerated() {
      for token in 0..<Self.tokens {
        let expected = Self.expected(
          weights, experts, input, residual, token: token, width: Self.widths[expert], price: price)
        #expect(outputs.active[expert][token] == expected.active)
        let missing = outputs.missing(expert)[token]
        for (column, lacking) in zip(0..., missing) {
          let given = Double(whole.values[token * Self.hidden + column])
          #expect(abs(Double(lacking) - (given - expected.output[column])) < 1e-5)
        }
      }
    }
    for (ours, theirs) in zip(outputs.full().values, whole.values) {
      #expect(abs(ours - theirs) < 1e-5)
    }
    #expect(outputs.active[2] == [Int](repeating: Self.neurons, count: Self.tokens))
  }

  @Test(arguments: [true, false])
  func `a token costs the rows that it reads`(gated: Bool) {
    let experts = Self.experts(gated: gated)
    let matrices = gated ? 3.0 : 2.0
    for (expert, width) in Self.widths.enumerated() {
      for active in [0, 1, width] {
        // The gate of all neurons, the other matrices of those that take part.
        let rows = Double(width) + (matrices - 1) * Double(active)
        let all = matrices * Double(Self.neurons)
        #expect(abs(experts.cost(of: expert, active: active, price: 1) - rows / all) < 1e-12)
        #expect(abs(experts.neuronsRead(of: expert, active: active) - rows / matrices) < 1e-12)
      }
    }
  }

  @Test func `costs by price lie between those of the powers of two`() {
    let row = (0..<25).map { 1 - 0.04 * Double($0) }
    let costs = ExpertCosts(inWindow: [0.5, 1], priced: [row.map { $0 / 2 }, row])
    #expect(costs.under(.price(exp2(-20))) == [0.5, 1])
    #expect(costs.under(.price(0)) == [0.5, 1] && costs.under(.price(1e-30)) == [0.5, 1])
    for price in [exp2(4), 1e30] { #expect(abs(costs.under(.price(price))[1] - 0.04) < 1e-12) }
    let between = costs.under(.price(exp2(-9.75)))
    #expect(abs(between[1] - (1 - 0.04 * 10.25)) < 1e-12)
    #expect(abs(between[0] - between[1] / 2) < 1e-12)
    for rule in [ChoiceRule.windowPrice(0.1), .always(1), .threshold(0.5)] {
      #expect(costs.under(rule) == [0.5, 1])
    }
    #expect(ExpertCosts(inWindow: [0.3, 1]).under(.price(1)) == [0.3, 1])
  }

  @Test func `skipping everywhere is what the kernel counts`() {
    let gate = Self.random(6, 11, 20)
    let scales = Self.random(1, 11, 21).values.map(abs)
    let thresholds = Self.random(1, 6, 22).values.map { abs($0) + 0.01 } + []
    let counts = gate.squareExponents(
      whereScaledBy: scales[...], over: thresholds, first: -4, count: 6)
    for (place, exponent) in (-4...1).enumerated() {
      var least = 0
      for row in 0..<6 {
        for column in 0..<11 {
          let ratio = gate[row][row * 11 + column] * scales[column] / thresholds[row]
          if ratio * ratio >= Float(exp2(Double(exponent))) { least += 1 }
        }
      }
      #expect(counts[place...].reduce(0, +) == least)
    }
    #expect(
      gate.squareExponents(
        whereScaledBy: scales[...], over: [0, .infinity, .nan, 0, 0, 0], first: -4, count: 6)
        == [0, 0, 0, 0, 0, 0])
  }
}
