import Calibration
import Checkpoints
import Containers
import DynamoeKit
import Experts
import Kernels
import Pipelines
import Running
import TestSupport
import Testing
import Work

@Suite struct PlanTests {
  private static let request = TextRequest(
    paths: [Fixture.calibrationText], maximumTokens: 4096, context: 128,
    beginning: .auto, parsingSpecial: false)

  private static func model() throws -> DynamoeKit.Model {
    try DynamoeKit.Model(DynamoeKit.Checkpoint(path: Fixture.model), threads: 2)
  }

  /// The first 4096 text tokens, in windows of up to 127 with the beginning token.
  private static func windows() throws -> [[Int]] {
    let tokenizer = try Tokenizer(model())
    let tokens = try tokenizer.encode(try Fixture.read("calibration.txt")).prefix(4096)
    return stride(from: 0, to: 4096, by: 127).map {
      [tokenizer.beginningToken].compactMap { $0 } + tokens[$0..<min($0 + 127, 4096)]
    }
  }

  @Test(arguments: DynamoeKit.ExpertPlan.Importance.allCases)
  func `a plan is that of the stages`(importance: DynamoeKit.ExpertPlan.Importance) throws {
    let found = try DynamoeKit.ExpertPlan(
      for: Self.model(), by: importance, on: try Self.windows(), widths: .coverage, alignment: 1)
    let model = try Checkpoints.Model(path: Fixture.model)
    let parallel = Parallel(threads: 2)
    let text = try TextTokens(Self.request, model: model, limit: 4096)
    let expected: Experts.ExpertPlan
    if importance == .greedy {
      expected = try RankingSweep(
        importance: .greedy, widths: .coverage, alignment: 1, wantsErrors: false
      ).rank(
        text.windows(), from: LayerSweep(model, Context(parallel), as: .ranking)
      ).plan
    } else {
      let statistics = try Calibrator(model, Context(parallel))
        .statistics(of: text)
      let named = Experts.Importance(rawValue: importance.rawValue)
      let kind = try #require(named)
      expected = try Experts.ExpertPlan(
        ImportanceScores(
          kind, model: model, evidence: .statistics(statistics), parallel: parallel),
        widths: .coverage, alignment: 1)
    }
    #expect(found.layers.map(\.order) == expected.layers.map(\.order))
    #expect(found.layers.map(\.widths) == expected.layers.map(\.widths))
    #expect(found.layers.map(\.coverage) == expected.layers.map(\.coverage))
  }

  @Test func `a plan becomes a file that keeps every bit and runs`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("t.dmoe")
    let dense = try Self.model()
    let plan = try DynamoeKit.ExpertPlan(
      for: dense, by: .energy, on: try Self.windows(), widths: .fractions([0.25, 0.5, 1]))
    try dense.write(plan, to: path)
    let validation = try dynamoe(["validate", path, "--against", Fixture.model])
    #expect(validation.status == 0, "\(validation)")
    let model = try DynamoeKit.Model(DynamoeKit.Checkpoint(path: path))
    #expect(model.widths == [[Int]](repeating: [96, 192, 384], count: 4))
    for layer in 0..<4 {
      #expect(try model.neuronOrder(ofLayer: layer) == plan.layers[layer].order)
    }
    #expect(model.smallestBudget == nil)
    let tokens = try Fixture.windows(1)[0]
    let (whole, source) = (
      try model.run(tokens, as: .expert(2)), try dense.run(tokens, as: .dense)
    )
    for (found, expected) in zip(whole.logits.joined(), source.logits.joined()) {
      #expect(abs(found - expected) < 1e-3)
    }
    #expect(try model.run(tokens, as: .expert(0), logits: .none).activeFFNFraction == 0.25)

    expectError(.cannotCreate, "already exists") { try dense.write(plan, to: path) }
    try dense.write(plan, to: path, replacing: true)
    expectError(.cannotCreate, "is the input") {
      try dense.write(plan, to: Fixture.model + "/model.safetensors", replacing: true)
    }
    expectError(.cannotCreate, "there is no folder") {
      try dense.write(plan, to: folder.path("none/t.dmoe"))
    }
    expectError(.data, "is already a .dmoe") { try model.write(plan, to: folder.path("u.dmoe")) }
    expectError(.data, "found a .dmoe") {
      _ = try DynamoeKit.ExpertPlan(for: model, by: .weights)
    }
    let gpt = packageRoot.appending(path: "fixtures/families/gpt2").path
    expectError(.data, "4 layers of 384 neurons") {
      try DynamoeKit.Model(DynamoeKit.Checkpoint(path: gpt)).write(plan, to: folder.path("u.dmoe"))
    }
    #expect(try folder.names() == ["t.dmoe"])
  }

  @Test(
    arguments: [
      (DynamoeKit.ExpertPlan.Widths.equal(experts: 0), nil, "0"),
      (.equal(experts: 385), nil, "385"), (.equal(experts: .min), nil, "expected a number from 1"),
      (.fractions([]), nil, "fractions"), (.fractions([0.5, 0.25, 1]), nil, "increase"),
      (.fractions([0, 1]), nil, "above 0"), (.fractions([0.5]), nil, "end in 1"),
      (.fractions([.nan, 1]), nil, "nan"), (.fractions([0.001, 1]), 32, "do not increase"),
      (.coverage, 0, "alignment 0"), (.equal(experts: 4), 385, "alignment 385"),
    ] as [(DynamoeKit.ExpertPlan.Widths, Int?, String)])
  func `widths that cannot be had are refused`(
    widths: DynamoeKit.ExpertPlan.Widths, alignment: Int?, mention: String
  ) throws {
    let model = try Self.model()
    expectError(.usage, mention) {
      _ = try DynamoeKit.ExpertPlan(
        for: model, by: .weights, widths: widths, alignment: alignment)
    }
  }

  @Test func `text is needed, and must be tokens of the model`() throws {
    let model = try Self.model()
    for importance in DynamoeKit.ExpertPlan.Importance.allCases where importance != .weights {
      expectError(.usage, "\(importance) needs") {
        _ = try DynamoeKit.ExpertPlan(for: model, by: importance)
      }
      expectError(.data, "token 99999") {
        _ = try DynamoeKit.ExpertPlan(for: model, by: importance, on: [[1, 99999]])
      }
    }
    expectError(.usage, "window 1") {
      _ = try DynamoeKit.ExpertPlan(for: model, by: .magnitude, on: [[1], []])
    }
  }
}
