import Calibration
import Conversion
import Evaluation
import Experts
import Kernels
import Models
import TestSupport
import Testing

/// All the way from text to figures, against an implementation in PyTorch that shares no code.
@Suite struct OracleTests {
  /// Of the fixture, in windows of BOS and 255 tokens: ranked by magnitude over all 24 049 tokens of
  /// calibration.txt, cut into four equal experts, measured on all 15 909 tokens of heldout.txt.
  static let figures: [(variant: Variant, perplexity: Double, active: Double)] = [
    (.dense, 12.82491215905891, 1), (.expert(0), 91.39935906311266, 0.25),
    (.expert(1), 29.86959883917093, 0.5), (.expert(2), 16.624349460891295, 0.75),
    (.choosing(.oracle, .threshold(0.5)), 20.557991522902153, 0.41874096423408136),
    (.choosing(.oracle, .threshold(0.8)), 14.146409032057896, 0.6335761204349739),
    (.choosing(.oracle, .threshold(0.95)), 12.90379829450447, 0.8562566786095921),
  ]

  @Test func `the experts of the fixture have the perplexities of an independent implementation`()
    throws
  {
    let source = packageRoot.appending(path: "fixtures/tiny-llama").path
    let parallel = Parallel(threads: 2)
    func tokens(_ name: String, _ model: Model) throws -> TextTokens {
      let request = TextRequest(
        paths: ["\(source)/\(name)"], maximumTokens: nil, context: 256, beginning: .auto,
        parsingSpecial: false)
      return try TextTokens(request, model: model, limit: .max)
    }
    let folder = try TemporaryFolder()
    let dense = try Model(path: source)
    let statistics = try Calibrator(model: dense, parallel: parallel, progress: .ignored)
      .statistics(of: tokens("calibration.txt", dense))
    #expect(statistics.tokens == 24_049)
    try statistics.write(to: folder.path("statistics"))
    _ = try Partition(
      modelPath: source, outputPath: folder.path("t.dmoe"), reportPath: folder.path("t.json"),
      text: nil, statisticsPath: folder.path("statistics"), importance: .magnitude,
      widths: .equal(experts: 4), alignment: nil, force: false, generator: "tests"
    ).run(parallel: parallel, progress: .ignored)

    let model = try Model(path: folder.path("t.dmoe"))
    let result = try model.evaluate(
      Self.figures.map(\.variant), tokens("heldout.txt", model).windows(), threads: 2)
    #expect(result.targets == 15_909)
    for (figures, expected) in zip(result.figures, Self.figures) {
      let name = expected.variant.name
      #expect(figures.variant == expected.variant)
      #expect(abs(figures.perplexity / expected.perplexity - 1) < 1e-3, "\(name)")
      // A token whose similarity is the threshold within float error may fall to either side.
      #expect(abs(figures.work.activeFFNFraction - expected.active) < 1e-3, "\(name)")
    }
  }
}
