import Calibration
import Checkpoints
import Evaluation
import Experts
import Kernels
import Pipelines
import Running
import TestSupport
import Testing
import Work

/// The whole path from text to figures, against an independent implementation in PyTorch.
@Suite struct OracleTests {
  /// Figures of the fixture in windows of BOS and 255 tokens: neurons ranked by magnitude over all
  /// 24 049 tokens of calibration.txt, four equal experts, all 15 909 tokens of heldout.txt.
  static let figures: [(variant: Variant, perplexity: Double, active: Double)] = [
    (.dense, 12.82491215905891, 1), (.expert(0), 91.39935906311266, 0.25),
    (.expert(1), 29.86959883917093, 0.5), (.expert(2), 16.624349460891295, 0.75),
    (.choosing(.oracle, .threshold(0.5)), 20.557991522902153, 0.41874096423408136),
    (.choosing(.oracle, .threshold(0.8)), 14.146409032057896, 0.6335761204349739),
    (.choosing(.oracle, .threshold(0.95)), 12.90379829450447, 0.8562566786095921),
  ]

  /// Difficulties at 0.8 of all 24 144 positions of calibration.txt, by layer: the count of each,
  /// and those of the first 64 positions.
  static let difficulties: [(counts: [Int], first: String)] = [
    (
      [8631, 4752, 7071, 3690],
      "0103020312202200103111002223001032000220000210231220333201203130"
    ),
    (
      [5991, 16860, 1293, 0],
      "2111111212100111111112001111100111001111110021111010111110111111"
    ),
    (
      [311, 1765, 14645, 7423],
      "3222223333222222323232222232222232323222222223222222233323233232"
    ),
    (
      [1222, 6181, 11816, 4925],
      "3233222333322321223232233332231322122332122332322231333222322332"
    ),
  ]

  @Test func `tokens are as difficult as an independent implementation finds them`() throws {
    let source = Fixture.model
    let parallel = Parallel(threads: 2)
    let model = try Model(path: source)
    let request = TextRequest(
      paths: [source + "/calibration.txt"], maximumTokens: nil, context: 256, beginning: .auto,
      parsingSpecial: false)
    let text = try TextTokens(request, model: model, limit: .max)
    let statistics = try Calibrator(model, Context(parallel))
      .statistics(of: text)
    let scores = try ImportanceScores(
      .magnitude, model: model, evidence: .statistics(statistics), parallel: parallel)
    let plan = try ExpertPlan(scores, widths: .equal(experts: 4), alignment: nil)
    let fitted = try RoutingSweep(kind: .linear, target: .similarity, width: 1, seed: 0).fit(
      plan: plan, windows: text.windows(), use: nil, skipping: [],
      from: LayerSweep(model, Context(parallel), as: .fitting(round: 0)))
    for (layer, expected) in zip(fitted, Self.difficulties) {
      let found = layer.truth.flatMap {
        ChoiceRule.threshold(0.8).choices($0, costs: layer.experts.costs)
      }
      #expect(found.prefix(64).map(String.init).joined() == expected.first)
      for (expert, count) in expected.counts.enumerated() {
        // Float error may move a token across the threshold.
        #expect(abs(found.count { $0 == expert } - count) <= 24)
      }
    }
  }

  @Test func `the experts of the fixture have the perplexities of an independent implementation`()
    throws
  {
    let source = Fixture.model
    let parallel = Parallel(threads: 2)
    func tokens(_ name: String, _ model: Model) throws -> TextTokens {
      let request = TextRequest(
        paths: ["\(source)/\(name)"], maximumTokens: nil, context: 256, beginning: .auto,
        parsingSpecial: false)
      return try TextTokens(request, model: model, limit: .max)
    }
    let folder = try TemporaryFolder()
    let dense = try Model(path: source)
    let statistics = try Calibrator(dense, Context(parallel))
      .statistics(of: tokens("calibration.txt", dense))
    #expect(statistics.tokens == 24_049)
    try statistics.write(to: folder.path("statistics"))
    var request = PartitionRequest(
      modelPath: source, outputPath: folder.path("t.dmoe"), reportPath: folder.path("t.json"),
      generator: "tests")
    request.statisticsPath = folder.path("statistics")
    request.importance = .magnitude
    request.widths = .equal(experts: 4)
    _ = try Partition(request).run(Context(parallel))

    let model = try Model(path: folder.path("t.dmoe"))
    let result = try model.evaluate(
      Self.figures.map(\.variant), tokens("heldout.txt", model).windows(), threads: 2)
    #expect(result.targets == 15_909)
    for (figures, expected) in zip(result.figures, Self.figures) {
      let name = expected.variant.name
      #expect(figures.variant == expected.variant)
      #expect(abs(figures.perplexity / expected.perplexity - 1) < 1e-3, "\(name)")
      // Float error may move a token across the threshold.
      #expect(abs(figures.work.activeFFNFraction - expected.active) < 1e-3, "\(name)")
    }
  }
}
