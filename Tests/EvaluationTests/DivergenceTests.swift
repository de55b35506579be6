import Checkpoints
import Evaluation
import Foundation
import Kernels
import Running
import TestSupport
import Testing

/// Divergence of variants from the dense model.
@Suite struct DivergenceTests {
  /// Logits of all windows in order, with only the first neurons of every layer.
  private static func logits(
    _ model: Model, _ windows: [[Int]], neurons: @escaping @Sendable (Int) -> Int
  ) throws -> [Float] {
    let parallel = Parallel(threads: 1)
    let finished = try LayerSweep(model, parallel: parallel).run(windows.map { $0.dropLast() }) {
      call in
      let hidden = call.weights.hidden(call.input, neurons: neurons(call.layer))
      return (call.weights.output(hidden), ())
    } finishedLayer: { _, _ in
    }
    let head = try OutputHead(model, parallel: parallel)
    return finished[0].flatMap { head.logits($0.stream).values }
  }

  private static func peer(
    _ model: Model, _ windows: [[Int]], expert: Int
  ) throws -> [String: Double] {
    let widths = try #require(model.checkpoint.container).directory.widths
    let own = try logits(model, windows) { widths[$0][expert] }
    let dense = try logits(model, windows) { widths[$0][widths[$0].count - 1] }
    let targets = windows.flatMap { $0.dropFirst() }
    let task = """
      {"columns": 16, "targets": \(targets), "own": \(own), "dense": \(dense)}
      """
    let script = packageRoot.appending(path: "Tests/EvaluationTests/peer.py").path
    let answer = try python([script], input: Array(task.utf8))
    return try JSONDecoder().decode([String: Double].self, from: Data(answer))
  }

  /// Figures under the peer's names, without those that are not finite.
  private static func named(_ figures: VariantFigures) throws -> [String: Double] {
    let divergence = try #require(figures.divergence)
    var named: [String: Double] = [:]
    let estimates: [(String, Estimate)] = [
      ("perplexity", Estimate(figures.perplexity, standardError: figures.perplexityError)),
      ("perplexity_ratio", divergence.perplexityRatio), ("mean_kld", divergence.meanKLD),
      ("mean_delta_p", divergence.meanDeltaP), ("rms_delta_p", divergence.rmsDeltaP),
      ("same_top_p", divergence.sameTopP),
    ]
    for (name, estimate) in estimates {
      named[name] = estimate.value
      if !estimate.standardError.isNaN { named[name + "_standard_error"] = estimate.standardError }
    }
    for (percentile, value) in divergence.kldPercentiles {
      named[percentile == .p999 ? "p99_9" : "\(percentile)"] = value
    }
    return named
  }

  @Test(arguments: [1, 2, 5, 11, 200], [0, 2])
  func `all figures are those of numpy`(targets: Int, expert: Int) throws {
    let model = try Converted().container
    var numbers = RandomNumbers(seed: UInt64(targets))
    let tokens = (0..<targets + 1).map { _ in Int.random(in: 0..<16, using: &numbers) }
    // Windows overlap by one token, so that every token but the first is predicted once.
    let windows = stride(from: 0, to: targets, by: 7).map {
      Array(tokens[$0...min($0 + 7, targets)])
    }
    let expected = try Self.peer(model, windows, expert: expert)
    let found = try Self.named(model.evaluate([.expert(expert)], windows).figures[0])
    #expect(Set(found.keys) == Set(expected.keys))
    #expect(found.count == 22 - (targets == 1 ? 6 : 0))
    for (name, value) in expected {
      let distance = abs((found[name] ?? .nan) - value)
      #expect(distance < 1e-5 * max(abs(value), 0.1), "\(name): \(found[name] ?? .nan), \(value)")
    }
  }

  @Test(arguments: [Variant.dense, .expert(3)])
  func `dense is not different from itself`(variant: Variant) throws {
    let figures = try Converted().container.evaluate([variant], Converted.windows()).figures[0]
    let found = try #require(figures.divergence)
    let zero = Estimate(0, standardError: 0)
    #expect(found.perplexityRatio == Estimate(1, standardError: 0))
    #expect((found.meanKLD, found.meanDeltaP, found.rmsDeltaP) == (zero, zero, zero))
    #expect(found.sameTopP == Estimate(1, standardError: 0))
    #expect(Set(found.kldPercentiles.keys) == Set(Percentile.allCases))
    #expect(found.kldPercentiles.values.allSatisfy { $0 == 0 })
  }

  @Test func `a choice that always falls on the full layer comes as close as rounding lets it`()
    throws
  {
    let figures = try Converted().container.evaluate(
      [.choosing(.oracle, .threshold(1))], Converted.windows()
    ).figures[0]
    let found = try #require(figures.divergence)
    #expect(abs(found.perplexityRatio.value - 1) < 1e-6)
    #expect(found.meanKLD.value < 1e-6 && found.rmsDeltaP.value < 1e-6)
    #expect(found.sameTopP.value == 1)
  }

  @Test func `figures keep to their bounds`() throws {
    let container = try Converted().container
    let windows = Converted.windows()
    let dense = try container.evaluate([.dense], windows).figures[0].perplexity
    for figures in try container.evaluate((0..<3).map { .expert($0) }, windows).figures {
      let found = try #require(figures.divergence)
      let percentiles = Percentile.allCases.compactMap { found.kldPercentiles[$0] }
      #expect(percentiles.count == 10 && percentiles == percentiles.sorted(by: >))
      #expect(percentiles[9] >= 0)
      #expect((percentiles[9]...percentiles[0]).contains(found.meanKLD.value))
      #expect(abs(found.meanDeltaP.value) <= found.rmsDeltaP.value && found.rmsDeltaP.value <= 1)
      #expect((0...1).contains(found.sameTopP.value))
      #expect(abs(found.perplexityRatio.value * dense / figures.perplexity - 1) < 1e-6)
      // Paired differences have a smaller spread than the values themselves.
      let relative = found.perplexityRatio.standardError / found.perplexityRatio.value
      #expect(relative > 0 && relative < 2 * figures.perplexityError / figures.perplexity)
    }
  }

  @Test func `logits that are no numbers have no figures`() throws {
    var llama = TinyLlama(intermediateSize: 24)
    let row = [Float](repeating: .nan, count: 8)
    llama[tensor: "lm_head.weight"]?.bytes.replaceSubrange(0..<32, with: floatBytes(row))
    let container = try Converted(llama).container
    let error = #expect(throws: EvaluationError.self) {
      try container.evaluate([.expert(0)], Converted.windows())
    }
    #expect(error?.description.contains("lm_head.weight: expected finite weights") == true)
  }
}
