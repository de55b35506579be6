import Calibration
import Checkpoints
import DMOE
import Experts
import Foundation
import JSON
import Kernels
import Pipelines
import Running
import TestSupport
import Testing
import Work

/// Routing compared with a second implementation, written from `formats/dmoe.md` alone.
@Suite struct RoutingPeerTests {
  private static let tokens = 24
  private static let budgets = [0, 0.05, 0.3, 0.45, 0.5, 0.77, 0.98, 0.9999, 1, 2]

  /// Containers whose routing is compared.
  enum Subject: CaseIterable {
    case similarity
    case skipping
    /// The first experts of a file with skipping.
    case cut
    /// Skipping without a gate, with biases.
    case ungated
  }

  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func file(_ subject: Subject) throws -> String {
    switch subject {
    case .similarity: return try Routed.path(.dynamoe)
    case .skipping: return try Routed.path(.residual)
    case .cut:
      let whole = try EditedContainer(path: Routed.path(.residual))
      return try folder.write(whole.prefix(expert: 4), to: "cut.dmoe")
    case .ungated:
      let path = folder.path("ungated.dmoe")
      var request = PartitionRequest(
        modelPath: FamilyFolders.root + "/gpt2", outputPath: path,
        reportPath: folder.path("ungated.json"), generator: "tests")
      request.text = TextRequest(
        paths: [Fixture.calibrationText], maximumTokens: 1024, context: 64, beginning: .auto,
        parsingSpecial: false)
      request.recipe = .residual
      request.importance = .magnitude
      request.widths = .equal(experts: 4)
      request.routers = .kind(.linear)
      _ = try Partition(request).run(Context(Parallel(threads: 2)))
      return path
    }
  }

  /// Output of the given experts, and the cost of each token.
  private struct Run {
    let output: Matrix
    let costs: [Double]
  }

  /// Random inputs of a layer, and our results.
  private struct Layer {
    let x: Matrix
    let residual: Matrix
    /// Scores to choose by: the predictions, and random scores that reach all experts.
    let scores: Matrix
    let predicted: Matrix
    let choices: [Int]
    let bias: [Float]
    let experts: LayerExperts
    /// By rule: all tokens together, and one at a time.
    let runs: [[Run]]

    init(
      _ layer: Int, _ routing: Routing, _ experts: LayerExperts, _ model: Model,
      _ rules: [ChoiceRule]
    ) throws {
      var numbers = RandomNumbers(seed: UInt64(layer))
      func random(_ rows: Int, _ columns: Int, _ range: ClosedRange<Float>) -> Matrix {
        Matrix(
          rows: rows, columns: columns,
          values: numbers.floats(rows * columns, in: range))
      }
      let weights = try model.feedForward(layer: layer, parallel: .serial)
      let hidden = weights.up.columns
      let input = random(tokens, hidden, -1...1)
      var stream = random(tokens, hidden, -9...9)
      // A zero residual stream has a finite logarithm too.
      for column in 0..<hidden { stream.values[column] = 0 }
      let residual = stream
      let predicted = routing.predict(layer: layer, input: input, residual: residual)
      let range: ClosedRange<Float> = routing.target == .similarity ? -0.2...1.2 : -28...7
      scores = Matrix(stacking: [predicted, random(tokens, predicted.columns, range)])
      let choices = (0..<tokens).map { _ in Int.random(in: 0..<experts.experts, using: &numbers) }

      func run(_ rows: Range<Int>, _ rule: ChoiceRule) -> RoutedFeedForward {
        let indices = Array(rows)
        return RoutedFeedForward(
          weights, input: input.gatherRows(indices[...]),
          residual: residual.gatherRows(indices[...]), experts: experts,
          choices: Array(choices[rows]), price: rule.skippingPrice)
      }
      let ways: [[Range<Int>]] = [[0..<tokens], (0..<tokens).map { $0..<($0 + 1) }]
      runs = rules.map { rule in
        ways.map { parts in
          let routed = parts.map { run($0, rule) }
          let active = routed.flatMap(\.active)
          return Run(
            output: Matrix(stacking: routed.map(\.output)),
            costs: zip(choices, active).map {
              experts.cost(of: $0, active: $1, price: rule.skippingPrice)
            })
        }
      }
      x = input
      self.residual = residual
      self.predicted = predicted
      self.choices = choices
      self.experts = experts
      bias = weights.downBias ?? [0]
    }

    var request: JSONValue {
      [
        "x": Self.rows(x), "residual": Self.rows(residual), "scores": Self.rows(scores),
        "choices": .array(choices.map(JSONValue.int)), "bias": Self.numbers(bias[...]),
      ]
    }

    private static func rows(_ matrix: Matrix) -> JSONValue {
      .array((0..<matrix.rows).map { numbers(matrix[$0]) })
    }

    private static func numbers(_ values: ArraySlice<Float>) -> JSONValue {
      .array(values.map { .double(Double($0)) })
    }
  }

  @Test(arguments: Subject.allCases)
  func `the independent reader routes alike`(subject: Subject) throws {
    let path = try file(subject)
    let model = try Model(path: path)
    let container = try DMOEReader(path: path)
    let routing = try #require(try Routing(container))
    let rules = Self.rules(routing.target)
    let layers = try LayerExperts.layers(of: container).enumerated().map { layer, experts in
      try Layer(layer, routing, experts, model, rules)
    }
    #expect(layers.allSatisfy { ($0.experts.skipping == nil) == (subject == .similarity) })
    let request: JSONValue = [
      "layers": .array(layers.map(\.request)), "rules": .array(rules.map(Self.request)),
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
      expectClose(layer.experts.costs.inWindow, their["costs"], within: 1e-12)
      expectClose(layer.predicted.values.map { Double($0) }, their["predicted"], within: 2e-4)
      let results = try #require(their["rules"]?.array).compactMap(\.object)
      try #require(results.count == rules.count)
      for (index, rule) in rules.enumerated() {
        expectClose(layer.experts.costs.under(rule), results[index]["costs"], within: 1e-12)
        used.formUnion(try expectSameChoices(layer, results[index]["choices"], rule))
        for run in layer.runs[index] { try expectSame(run, results[index], layer) }
      }
    }
    #expect(used.count == container.expertsHeld)
    try expectKnobs(
      try #require(result["knobs"]?.array), routing, experts: container.expertsHeld)
  }

  private static func rules(_ target: RouterTarget) -> [ChoiceRule] {
    switch target {
    case .similarity: [0, 0.4, 0.8, 1, 1.1].map { target.rule($0) }
    case .logError:
      // The first and the last price are beyond those with known costs.
      [1e-9, 1e-6, 1e-3, 0.1, 1, 1e3].flatMap { [target.rule($0), target.windowRule($0)] }
    }
  }

  private static func request(_ rule: ChoiceRule) -> JSONValue {
    switch rule {
    case .threshold(let knob): ["threshold": .double(knob)]
    case .price(let knob): ["price": .double(knob)]
    case .windowPrice(let knob): ["price": .double(knob), "in_window": true]
    case .always(let expert): ["expert": .int(expert)]
    }
  }

  /// Returns the experts that tokens use.
  private func expectSameChoices(
    _ layer: Layer, _ theirs: JSONValue?, _ rule: ChoiceRule
  ) throws -> Set<Int> {
    let ours = rule.choices(layer.scores, costs: layer.experts.costs)
    let theirs = try #require(theirs?.array).compactMap(\.int)
    try #require(ours.count == theirs.count)
    for token in ours.indices where ours[token] != theirs[token] {
      // Float error may decide between experts with nearly equal sums.
      let sums = [ours[token], theirs[token]].map { sum(layer, token, $0, rule) }
      #expect(abs(sums[0] - sums[1]) < 1e-6 * abs(sums[0]), "\(rule), token \(token)")
    }
    return Set(ours)
  }

  /// Predicted error plus price times cost of an expert.
  private func sum(_ layer: Layer, _ token: Int, _ expert: Int, _ rule: ChoiceRule) -> Double {
    let price: Double
    switch rule {
    case .price(let value), .windowPrice(let value): price = value
    case .threshold, .always: return .infinity
    }
    let error =
      expert == layer.scores.columns
      ? 0
      : exp(Double(min(max(layer.scores.values[token * layer.scores.columns + expert], -25), 5)))
    return error + price * layer.experts.costs.under(rule)[expert]
  }

  /// Compares outputs and costs of all tokens.
  private func expectSame(_ run: Run, _ theirs: JSONObject, _ layer: Layer) throws {
    let outputs = try #require(theirs["output"]?.array).compactMap(\.double)
    let costs = try #require(theirs["used"]?.array).compactMap(\.double)
    let columns = run.output.columns
    try #require(outputs.count == run.output.values.count && costs.count == run.costs.count)
    // Float error may decide about a neuron near the limit.
    let differing = costs.indices.filter { abs(costs[$0] - run.costs[$0]) > 1e-9 }
    #expect(differing.count <= 1)
    for token in differing {
      let saving = try #require(layer.experts.skipping?.saving)
      #expect(abs(costs[token] - run.costs[token]) < 1.5 * saving)
    }
    for token in costs.indices where !differing.contains(token) {
      for (ours, theirs) in zip(run.output[token], outputs[token * columns..<(token + 1) * columns])
      {
        #expect(abs(Double(ours) - theirs) <= 2e-4 * max(abs(theirs), 1))
      }
    }
  }

  private func expectClose(_ ours: [Double], _ theirs: JSONValue?, within tolerance: Double) {
    let theirs = theirs?.array?.compactMap(\.double) ?? []
    #expect(ours.count == theirs.count)
    for (ours, theirs) in zip(ours, theirs) {
      #expect(abs(ours - theirs) <= tolerance * max(abs(theirs), 1))
    }
  }

  private func expectKnobs(_ theirs: [JSONValue], _ routing: Routing, experts: Int) throws {
    let table = try #require(routing.budgets)
    try #require(!table.rows.isEmpty && table.windowRows?.isEmpty != true)
    var rules: [ChoiceRule] = []
    for isOracle in [false, true] {
      rules += Self.budgets.map {
        table.rule(budget: $0, target: routing.target, experts: experts, isOracle: isOracle)
      }
    }
    rules += Self.budgets.map {
      table.rule(windowBudget: $0, target: routing.target, experts: experts)
    }
    try #require(theirs.count == rules.count)
    for (rule, their) in zip(rules, theirs) {
      switch rule {
      case .always(let expert): #expect(their.object?["expert"]?.int == expert)
      case .threshold(let knob):
        #expect(abs(try #require(their.object?["threshold"]?.double) - knob) < 1e-12)
      case .price(let knob), .windowPrice(let knob):
        #expect(abs(try #require(their.object?["price"]?.double) / knob - 1) < 1e-9)
      }
    }
  }
}
