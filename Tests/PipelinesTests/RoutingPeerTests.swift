import Checkpoints
import DMOE
import Experts
import Foundation
import JSON
import Kernels
import TestSupport
import Testing

/// Routing compared with a second implementation, written from `formats/dmoe.md` alone.
@Suite struct RoutingPeerTests {
  private static let tokens = 24
  private static let budgets = [0, 0.05, 0.3, 0.45, 0.5, 0.77, 0.98, 0.9999, 1, 2]
  private static let hidden = 128

  /// Random inputs of a layer, and our results.
  private struct Layer {
    let x: Matrix
    let residual: Matrix
    /// Scores to choose by: the predictions, and random scores that reach all experts.
    let scores: Matrix
    let predicted: Matrix
    let choices: [Int]
    let output: Matrix
    let costs: [Double]

    init(_ layer: Int, _ routing: Routing, _ experts: LayerExperts, _ model: Model) throws {
      var numbers = RandomNumbers(seed: UInt64(layer))
      func random(_ rows: Int, _ columns: Int, _ range: ClosedRange<Float>) -> Matrix {
        Matrix(
          rows: rows, columns: columns,
          values: numbers.floats(rows * columns, in: range))
      }
      x = random(tokens, hidden, -2...2)
      var stream = random(tokens, hidden, -9...9)
      // A zero residual stream has a finite logarithm too.
      for column in 0..<hidden { stream.values[column] = 0 }
      residual = stream
      predicted = routing.predict(layer: layer, input: x, residual: residual)
      let range: ClosedRange<Float> = routing.target == .similarity ? -0.2...1.2 : -28...7
      scores = Matrix(stacking: [predicted, random(tokens, experts.experts - 1, range)])
      choices = (0..<tokens).map { _ in Int.random(in: 0..<experts.experts, using: &numbers) }
      output = RoutedFeedForward.output(
        try model.feedForward(layer: layer, parallel: .serial), input: x, experts: experts,
        choices: choices)
      costs = experts.costs
    }

    var request: JSONValue {
      [
        "x": Self.rows(x), "residual": Self.rows(residual), "scores": Self.rows(scores),
        "choices": .array(choices.map(JSONValue.int)),
      ]
    }

    private static func rows(_ matrix: Matrix) -> JSONValue {
      .array((0..<matrix.rows).map { .array(matrix[$0].map { .double(Double($0)) }) })
    }
  }

  @Test(arguments: Recipe.allCases)
  func `the independent reader routes alike`(recipe: Recipe) throws {
    let path = try Routed.path(recipe)
    let model = try Model(path: path)
    let container = try DMOEReader(path: path)
    let routing = try #require(try Routing(container))
    let layers = try LayerExperts.layers(of: container).enumerated().map { layer, experts in
      try Layer(layer, routing, experts, model)
    }
    let knobs =
      routing.target == .similarity ? [0, 0.4, 0.8, 1, 1.1] : [0, 1e-6, 1e-3, 0.1, 1, 1e3]
    let request: JSONValue = [
      "layers": .array(layers.map(\.request)),
      "rules": .array(
        knobs.map { [routing.target == .similarity ? "threshold" : "price": .double($0)] }),
      "budgets": .array(Self.budgets.map(JSONValue.double)),
    ]
    let folder = packageRoot.appending(path: "formats/reference").path
    let script = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "routing_peer.py")
    let output = try python([script.path, folder, path], input: JSONWriter.write(request))
    let result = try #require(try JSONScanner.scan(output).object)
    let theirs = try #require(result["layers"]?.array).compactMap(\.object)
    try #require(theirs.count == layers.count)
    var used: Set<Int> = []
    for (layer, their) in zip(layers, theirs) {
      expectClose(layer.costs.map { Float($0) }, their["costs"], within: 1e-6)
      expectClose(layer.predicted.values, their["predicted"], within: 2e-4)
      expectClose(layer.output.values, their["output"], within: 2e-4)
      for (knob, choices) in zip(knobs, try #require(their["choices"]?.array)) {
        let rule = routing.target.rule(knob)
        let ours = rule.choices(layer.scores, costs: layer.costs)
        let other = try #require(choices.array).compactMap(\.int)
        try #require(ours.count == other.count)
        used.formUnion(ours)
        for token in ours.indices where ours[token] != other[token] {
          // Float error may decide between experts with nearly equal sums.
          let sums = [ours[token], other[token]].map { sum(layer, token, $0, rule) }
          #expect(abs(sums[0] - sums[1]) < 1e-6 * abs(sums[0]), "\(knob), token \(token)")
        }
      }
    }
    #expect(used.count == container.directory.experts)
    try expectKnobs(
      try #require(result["knobs"]?.array), routing, experts: container.directory.experts)
  }

  /// Predicted error plus price times cost of an expert.
  private func sum(_ layer: Layer, _ token: Int, _ expert: Int, _ rule: ChoiceRule) -> Double {
    guard case .price(let price) = rule else { return .infinity }
    let error =
      expert == layer.costs.count - 1
      ? 0
      : exp(Double(min(max(layer.scores.values[token * layer.scores.columns + expert], -25), 5)))
    return error + price * layer.costs[expert]
  }

  private func expectClose(_ ours: [Float], _ theirs: JSONValue?, within tolerance: Double) {
    let theirs = theirs?.array?.compactMap(\.double) ?? []
    #expect(ours.count == theirs.count)
    for (ours, theirs) in zip(ours, theirs) {
      #expect(abs(Double(ours) - theirs) <= tolerance * max(abs(theirs), 1))
    }
  }

  private func expectKnobs(_ theirs: [JSONValue], _ routing: Routing, experts: Int) throws {
    let table = try #require(routing.budgets)
    let asked = [false, true].flatMap { truth in Self.budgets.map { ($0, truth) } }
    try #require(theirs.count == asked.count)
    for ((budget, isOracle), their) in zip(asked, theirs) {
      let rule = table.rule(
        budget: budget, target: routing.target, experts: experts, isOracle: isOracle)
      switch rule {
      case .always(let expert): #expect(their.object?["expert"]?.int == expert)
      case .threshold(let knob):
        #expect(abs(try #require(their.object?["threshold"]?.double) - knob) < 1e-12)
      case .price(let knob):
        #expect(abs(try #require(their.object?["price"]?.double) / knob - 1) < 1e-9)
      }
    }
  }
}
