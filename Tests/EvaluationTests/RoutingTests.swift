import Calibration
import Checkpoints
import DMOE
import Evaluation
import Experts
import Kernels
import Pipelines
import TestSupport
import Testing
import Work

/// Routers of the fixture, from calibration to figures on held-out text.
@Suite struct RoutingTests {
  private static let source = Fixture.model

  private static func request(_ name: String, _ tokens: Int?) -> TextRequest {
    TextRequest(
      paths: ["\(source)/\(name)"], maximumTokens: tokens, context: 256, beginning: .auto,
      parsingSpecial: false)
  }

  private static func convert(
    _ folder: TemporaryFolder, _ name: String, _ router: RouterKind, seed: UInt64 = 0,
    threads: Int = 2, tokens: Int? = nil
  ) throws -> [UInt8] {
    var partition = PartitionRequest(
      modelPath: source, outputPath: folder.path(name), reportPath: folder.path(name + ".json"),
      generator: "tests")
    partition.text = request("calibration.txt", tokens)
    partition.importance = .magnitude
    partition.widths = .equal(experts: 4)
    partition.routers = .kind(router)
    partition.seed = seed
    _ = try Partition(partition).run(Context(Parallel(threads: threads)))
    return try bytes(at: folder.path(name))
  }

  private static func evaluate(
    _ path: String, _ variants: [Variant], threads: Int = 2
  ) throws -> [VariantFigures] {
    let model = try Model(path: path)
    let evaluator = try Evaluator(model, Context(Parallel(threads: threads)))
    let tokens = try TextTokens(request("heldout.txt", nil), model: model, limit: 8192)
    return try evaluator.evaluate(variants, on: tokens.windows()).figures
  }

  @Test func `routers come close to the best choice, at its cost`() throws {
    let folder = try TemporaryFolder()
    _ = try Self.convert(folder, "t.dmoe", .mlp)
    let figures = try Self.evaluate(
      folder.path("t.dmoe"),
      [.dense] + Variant.Chooser.allCases.map { .choosing($0, .threshold(0.8)) })
    let (dense, routed, oracle) = (figures[0], figures[1], figures[2])
    let (random, fixed) = (figures[3], figures[4])
    #expect(
      figures.map(\.variant.name) == [
        "dense", "routed@0.8", "oracle@0.8", "random@0.8", "fixed@0.8",
      ])
    let closed =
      (random.perplexity - routed.perplexity) / (random.perplexity - oracle.perplexity)
    #expect(closed > 0.95, "closes \(closed) of the distance from random to the best")
    #expect(routed.work.activeFFNFraction < oracle.work.activeFFNFraction + 0.01)
    #expect(routed.perplexity < fixed.perplexity && dense.perplexity < routed.perplexity)
    // Shuffled choices cost the same as the originals; the fixed width has as many neurons.
    #expect(random.work.activeFFNFraction == routed.work.activeFFNFraction)
    #expect(abs(fixed.work.activeFFNFraction - routed.work.activeFFNFraction) < 0.5 / 384)
    #expect(
      routed.work.routerFraction == random.work.routerFraction && routed.work.routerFraction > 0)
    #expect(oracle.work.routerFraction == 0 && fixed.work.routerFraction == 0)
    #expect(oracle.work.tokensPerSecond == nil && routed.work.tokensPerSecond != nil)
  }

  @Test(arguments: RouterKind.allCases)
  func `the threshold goes from the smallest expert to dense`(kind: RouterKind) throws {
    let folder = try TemporaryFolder()
    _ = try Self.convert(folder, "t.dmoe", kind, tokens: 4096)
    let thresholds = [0, 0.6, 0.9, 1, 2]
    let figures = try Self.evaluate(
      folder.path("t.dmoe"),
      [.dense] + thresholds.map { .choosing(.routed, .threshold($0)) })
    let costs = figures.dropFirst().map(\.work.activeFFNFraction)
    #expect(zip(costs, costs.dropFirst()).allSatisfy { $0 <= $1 })
    #expect(costs[0] < 0.3 && costs[3] == 1 && costs[4] == 1)
    #expect(abs(figures[4].perplexity / figures[0].perplexity - 1) < 1e-5)
  }

  @Test func `the same seed gives the same bytes with any number of threads, another seed others`()
    throws
  {
    let folder = try TemporaryFolder()
    let first = try Self.convert(folder, "a.dmoe", .mlp, threads: 1, tokens: 2048)
    #expect(try Self.convert(folder, "b.dmoe", .mlp, threads: 3, tokens: 2048) == first)
    #expect(try Self.convert(folder, "c.dmoe", .mlp, seed: 1, tokens: 2048) != first)
    let variants: [Variant] = Variant.Chooser.allCases.map { .choosing($0, .threshold(0.7)) }
    let one = try Self.evaluate(folder.path("a.dmoe"), variants, threads: 1).map(\.perplexity)
    #expect(try Self.evaluate(folder.path("a.dmoe"), variants, threads: 3).map(\.perplexity) == one)
  }
}
