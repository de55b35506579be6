import DMOE
import Experts
import Foundation
import Kernels
import TestSupport
import Testing

@Suite struct ChoiceRuleTests {
  private static let costs = ExpertCosts(inWindow: [0.25, 0.5, 0.8, 1])

  private static func scores(_ range: ClosedRange<Float>, seed: UInt64) -> Matrix {
    var numbers = RandomNumbers(seed: seed)
    return Matrix(
      rows: 200, columns: 3,
      values: numbers.floats(600, in: range))
  }

  @Test(arguments: [-1, 0, 0.3, 0.7, 0.999, 1, 1.5, .infinity])
  func `a threshold takes the smallest expert above it`(threshold: Double) {
    let scores = Self.scores(0...1.2, seed: 1)
    let choices = ChoiceRule.threshold(threshold).choices(scores, costs: Self.costs)
    for token in 0..<200 {
      var expected = 3
      for expert in (0..<3).reversed() {
        if threshold < 1, Double(scores.values[3 * token + expert]) > threshold {
          expected = expert
        }
      }
      #expect(choices[token] == expected)
    }
  }

  @Test(arguments: [0, 1e-9, 1e-3, 0.1, 1, 30, 1e6])
  func `a price takes the least sum`(price: Double) {
    let scores = Self.scores(-30...10, seed: 2)
    let choices = ChoiceRule.price(price).choices(scores, costs: Self.costs)
    for token in 0..<200 {
      let sums = Self.costs.inWindow.enumerated().map { expert, cost in
        let error =
          expert == 3 ? 0 : exp(Double(min(max(scores.values[3 * token + expert], -25), 5)))
        return error + price * cost
      }
      #expect(abs(sums[choices[token]] - (sums.min() ?? 0)) <= 1e-6 * (sums.min() ?? 0))
      if price == 0 { #expect(choices[token] == 3) }
      if price == 1e6 { #expect(choices[token] == 0) }
    }
  }

  @Test func `of equals the smaller expert is taken`() {
    let scores = Matrix(rows: 3, columns: 2, values: [-40, -25, 7, 5, 5, 5])
    let costs = ExpertCosts(inWindow: [0.5, 0.5, 1])
    // Clamped predictions are equal; with equal costs, so are the sums.
    #expect(ChoiceRule.price(1).choices(scores, costs: costs) == [0, 2, 2])
    #expect(ChoiceRule.price(1e5).choices(scores, costs: costs) == [0, 0, 0])
    // A similarity equal to the threshold does not exceed it.
    let similar = Matrix(rows: 1, columns: 2, values: [0.5, 0.5])
    let growing = ExpertCosts(inWindow: [0.5, 0.75, 1])
    #expect(ChoiceRule.threshold(0.5).choices(similar, costs: growing) == [2])
    #expect(ChoiceRule.threshold(0.49).choices(similar, costs: growing) == [0])
  }

  @Test func `what is no number chooses no expert`() {
    let scores = Matrix(rows: 2, columns: 2, values: [.nan, .nan, .nan, 0.9])
    let costs = ExpertCosts(inWindow: [0.2, 0.5, 1])
    #expect(ChoiceRule.threshold(0.5).choices(scores, costs: costs) == [2, 1])
    #expect(ChoiceRule.price(100).choices(scores, costs: costs) == [2, 1])
  }

  @Test func `always is the same for every token`() {
    let scores = Self.scores(0...1, seed: 3)
    #expect(
      ChoiceRule.always(2).choices(scores, costs: Self.costs) == [Int](repeating: 2, count: 200))
  }

  @Test func `a router that predicts errors also sees how long the residual stream is`() {
    let input = Matrix(rows: 3, columns: 2, values: [1, 2, 3, 4, 5, 6])
    let residual = Matrix(rows: 3, columns: 2, values: [3, 4, 0, 0, 1e-30, 0])
    #expect(RouterTarget.similarity.features(input: input, residual: residual) == input)
    let features = RouterTarget.logError.features(input: input, residual: residual)
    #expect(features.columns == 3)
    for token in 0..<3 { #expect(Array(features[token].prefix(2)) == Array(input[token])) }
    let lengths = (0..<3).map { Double(features.values[3 * $0 + 2]) }
    #expect(abs(lengths[0] - log(5)) < 1e-6)
    #expect(abs(lengths[1] - 0.5 * log(Double.leastNormalMagnitude)) < 1e-4)
    #expect(abs(lengths[2] - log(1e-30)) < 1e-4)
    #expect(RouterTarget.similarity.rule(0.3) == .threshold(0.3))
    #expect(RouterTarget.logError.rule(0.3) == .price(0.3))
    #expect(RouterTarget.similarity.windowRule(0.3) == .threshold(0.3))
    #expect(RouterTarget.logError.windowRule(0.3) == .windowPrice(0.3))
  }

  @Test func `costs of layers of different widths are shares of all`() {
    let layers = [[2, 10], [5, 30]]
    let costs = layers.map {
      LayerExperts(widths: $0, meanNeurons: 20, hiddenSize: 4, gated: true).costs.inWindow
    }
    #expect(costs == [[0.1, 0.5], [0.25, 1.5]])
  }

  @Test(arguments: [true, false])
  func `an expert costs its neurons and its compensation`(gated: Bool) {
    let (hidden, rows) = (10, gated ? 3 : 2)
    func costs(_ compensation: Int) -> [Double] {
      LayerExperts.costs(
        widths: [5, 20, 40], neurons: 40, meanNeurons: 40, compensation: compensation,
        hiddenSize: hidden, gated: gated)
    }
    #expect(costs(0) == [0.125, 0.5, 1])
    let extra = Compensation.parameterCount(rank: 2, hiddenSize: hidden)
    #expect(extra == 50)
    let all = Double(40 * rows * hidden)
    #expect(
      costs(extra)
        == [5, 20, 40].map { width in
          (Double(width * rows * hidden) + (width < 40 ? 50 : 0)) / all
        })
  }
}
