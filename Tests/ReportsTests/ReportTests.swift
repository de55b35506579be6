import Architectures
import ByteIO
import Calibration
import Evaluation
import Experts
import JSON
import Kernels
import Reports
import TestSupport
import Testing

@Suite struct ReportTests {
  static let digest = SHA256Digest.digest(of: Array("dynamoe".utf8))

  /// A report with fixed values.
  private func report(
    plain: Bool = false, routed: Bool = false, perplexity: Double = 12.5, warnings: [String] = []
  ) throws -> CalibrationReport {
    let scores = ImportanceScores(
      importance: plain ? .weights : .magnitude, layers: [[4, 1, 2, 1], [0.5, 0.25, 0, 0.25]])
    let layers = (0..<2).map { _ in NeuronStatistics.Layer(neurons: 4) }
    let statistics = NeuronStatistics(
      layers: layers, positions: 5130, model: Self.digest,
      parts: try [
        .init(
          textDigest: Self.digest, context: 512, beginningToken: 1,
          shard: #require(DataShard("1/2")), tokens: 4096),
        .init(
          textDigest: Self.digest, context: 512, beginningToken: nil,
          shard: #require(DataShard("2/2")), tokens: 1024),
      ])
    let exact = Estimate(0, standardError: 0)
    let same = Divergence(
      perplexityRatio: Estimate(1, standardError: 0), meanKLD: exact,
      kldPercentiles: [:], meanDeltaP: exact, rmsDeltaP: exact,
      sameTopP: Estimate(1, standardError: .nan))
    let different = Divergence(
      perplexityRatio: Estimate(2, standardError: 0.125),
      meanKLD: Estimate(0.75, standardError: 0.0625),
      kldPercentiles: Dictionary(
        uniqueKeysWithValues: Percentile.allCases.map { ($0, 2 * $0.rawValue) }),
      meanDeltaP: Estimate(-0.25, standardError: 0.03125),
      rmsDeltaP: Estimate(0.375, standardError: 0.015625),
      sameTopP: Estimate(0.625, standardError: 0.25))
    let figures = [
      VariantFigures(
        variant: .dense, perplexity: Estimate(perplexity, standardError: 0.25), divergence: same,
        work: TokenCost(activeFFNFraction: 1, routerFraction: 0, tokensPerSecond: 1000)),
      VariantFigures(
        variant: .expert(0), perplexity: Estimate(2 * perplexity, standardError: .infinity),
        divergence: different,
        work: TokenCost(
          activeFFNFraction: 0.5, routerFraction: 0.0625, parametersPerToken: 4.5e9,
          bytesPerToken: 9e9, tokensPerSecond: .nan)),
      VariantFigures(
        variant: .expert(1), perplexity: Estimate(perplexity, standardError: 0.25),
        divergence: nil,
        work: TokenCost(activeFFNFraction: 1, routerFraction: 0, tokensPerSecond: .infinity)),
    ]
    let tradeOff = [
      (Variant.Chooser.routed, 0.25, 4.0), (.routed, 0.5, 1.5), (.oracle, 0.5, 1.25),
      (.random, 0.5, 3),
      (.fixed, 0.5, .infinity), (.routed, 0.75, 1),
    ].map { chooser, budget, ratio in
      VariantFigures(
        variant: .choosing(chooser, .budget(budget)),
        perplexity: Estimate(ratio * perplexity, standardError: 0.5),
        divergence: Divergence(
          perplexityRatio: Estimate(ratio, standardError: 0.25), meanKLD: exact,
          kldPercentiles: [:],
          meanDeltaP: exact, rmsDeltaP: exact, sameTopP: exact),
        work: TokenCost(activeFFNFraction: budget, routerFraction: 0.0078125, tokensPerSecond: nil))
    }
    return CalibrationReport(
      generator: "dynamoe 0",
      source: .init(
        name: "tiny", family: "llama", hiddenSize: 8, neurons: NeuronCounts(4, layers: 2),
        tensors: 21, parameters: 7_241_732_096, bytes: 14_483_464_192, fingerprint: Self.digest),
      calibration: plain ? nil : statistics,
      plan: try ExpertPlan(scores, widths: .equal(experts: 2), alignment: nil),
      stability: plain
        ? nil
        : [[1, 0.5], [0, 1]].map { RankingStability(even: $0, odd: [1, 0], widths: [1, 2]) },
      routing: routed ? Self.routing : nil,
      experts: [
        .init(bytes: 9_000_000_000, parameters: 5_000_000_000, activeFFNFraction: 0.5),
        .init(bytes: 14_500_000_000, parameters: 7_241_732_096, activeFFNFraction: 1),
      ],
      outputName: "tiny.dmoe", outputBytes: 14_500_000_000,
      heldOut: plain
        ? nil
        : .init(
          textDigest: Self.digest, context: 512,
          result: .init(
            targets: 2048, figures: figures + (routed ? tradeOff : []),
            rounded: [
              RoundedFigures(
                elementType: .q80, perplexity: 1.0625 * perplexity, divergence: different,
                bytesPerToken: 7_500_000_000)
            ])),
      passages: routed ? [Self.passage] : nil,
      tokenKinds: routed
        ? TokenKinds(
          easy: [.init(text: ",", count: 9, meanWidth: 0.125)],
          hard: [.init(text: " \"q\n", count: 5, meanWidth: 0.875)]) : nil,
      warnings: warnings)
  }

  private static let passage = Passage(
    title: "held-out text", budget: 0.5,
    tokens: [
      .init(text: "", meanWidth: 0.5, experts: [0, 0]),
      .init(text: "é", meanWidth: 0.75, experts: [0, 1]),
    ])

  /// Two layers of two experts, with similarity routers.
  private static var routing: RoutingSummary {
    func window(_ values: [Float]) -> Matrix {
      Matrix(rows: values.count, columns: 1, values: values)
    }
    let experts = LayerExperts(widths: [2, 4], meanNeurons: 4, hiddenSize: 8, gated: true)
    let layers = [[1, 0.75, 0.25, 0.5], [0.25, 0.25, 1, 0]].map { (predicted: [Float]) in
      RoutingSweep.Layer(
        router: Router(
          linear: AffineMap(weight: Matrix(rows: 1, columns: 8), bias: [0.5])),
        experts: experts, determination: [0.5], predicted: [window(predicted)],
        truth: [window([0.75, 0.25, 0.5, 1])])
    }
    let budgets = BudgetTable(
      smallest: 0.5,
      rows: [
        .init(cost: 0.5625, routed: 0.375, oracle: 0.25),
        .init(cost: 0.75, routed: 0.5, oracle: 0.5),
      ])
    let (predicted, truth) = (layers.map(\.predicted), layers.map(\.truth))
    return RoutingSummary(
      layers, target: .similarity, budgets: budgets,
      quality: RoutingQuality(
        predicted: predicted, truth: truth,
        budgets: .init(
          table: budgets, routed: .init(cost: 0.59375, predicted: truth, truth: predicted)),
        target: .similarity, experts: layers.map(\.experts), parallel: .serial))
  }

  @Test func `the document is the one that was recorded`() throws {
    let document = try report(warnings: ["little text: \"a\"\n"]).document
    try expectGolden(JSONWriter.text(document, layout: .indented) + "\n", "report.json")
  }

  @Test func `the document with routers is the one that was recorded`() throws {
    let document = try report(routed: true).document
    try expectGolden(
      JSONWriter.text(document, layout: .indented) + "\n", "report-with-routers.json")
  }

  @Test func `the document without text is the one that was recorded`() throws {
    let document = try report(plain: true).document
    try expectGolden(
      JSONWriter.text(document, layout: .indented) + "\n", "report-without-text.json")
  }

  @Test func `the summary is the one that was recorded`() throws {
    let long = "little text, " + String(repeating: "and a line that is too long, ", count: 4)
    let reports = [
      try report(warnings: ["little text"]), try report(routed: true, warnings: [long]),
      try report(plain: true),
    ]
    let lines = Array(reports.map { $0.summary(withChart: false) }.joined(separator: [""]))
    #expect(lines.allSatisfy { $0.count <= 100 })
    try expectGolden(lines.joined(separator: "\n") + "\n", "summary.txt")
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity, 1e300, .leastNonzeroMagnitude])
  func `a document has null for what is no number, and parses`(perplexity: Double) throws {
    let document = try report(perplexity: perplexity).document
    let text = JSONWriter.text(document)
    for word in ["nan", "NaN", "inf", "Inf"] { #expect(!text.contains(":\(word)")) }
    let parsed = try JSONScanner.scan(Array(text.utf8))
    #expect(parsed == document)
    let variants = try #require(parsed.object?["held_out"]?.object?["variants"]?.array)
    let found = try #require(variants[0].object?["perplexity"])
    #expect(perplexity.isFinite ? found.double == perplexity : found.isNull)
    // The summary can be printed with such figures too.
    #expect(try report(perplexity: perplexity).summary(withChart: false).count > 5)
  }

  @Test func `figures say which expert they are of, and the time they took`() throws {
    let figures = try report().heldOut?.result.figures ?? []
    let documents = figures.map(\.document)
    #expect(documents.map { $0["expert"]?.int } == [nil, 0, 1])
    #expect(documents.map { $0["tokens_per_second"]?.isNull } == [false, true, true])
    #expect(documents.map { $0["cost_fraction"]?.double } == [1, 0.5625, 1])
    let divergence = [
      "perplexity_ratio", "mean_kld", "kld_percentiles", "mean_delta_p", "rms_delta_p",
      "same_top_p", "same_top_p_standard_error",
    ]
    for key in divergence { #expect(documents[2][key]?.isNull == true, "\(key)") }
    // All times are in one place: without it, the same conversion gives the same bytes.
    var document = try #require(try report(routed: true).document.object)
    let timing = try #require(document["timing"]?.array).compactMap(\.object)
    #expect(timing.compactMap { $0["name"]?.string }.prefix(2) == ["dense", "expert-0"])
    #expect(timing[0]["tokens_per_second"] == 1000 && timing[1]["tokens_per_second"] == .null)
    document["timing"] = nil
    #expect(!JSONWriter.text(.object(document)).contains("tokens_per_second"))
  }
}
