import Checkpoints
import DynamoeKit
import Evaluation
import Foundation
import Kernels
import TestSupport
import Testing
import Work

@Suite struct RunningTests {
  typealias Variant = DynamoeKit.Variant

  private static func file(_ name: String) throws -> String {
    switch name {
    case "residual": try Fixture.routed().path
    case "published": try Fixture.published().path
    case "quantized": try Fixture.gguf(.q40)
    default: Fixture.model
    }
  }

  /// Perplexity of the targets, computed from logits in double precision.
  private func perplexity(_ runs: [Run], _ windows: [[Int]]) -> Double {
    var losses: [Double] = []
    for (run, window) in zip(runs, windows) {
      for (logits, target) in zip(run.logits, window.dropFirst()) {
        let values = logits.map(Double.init)
        let highest = values.max() ?? 0
        losses.append(
          highest + log(values.reduce(0) { $0 + exp($1 - highest) }) - values[target])
      }
    }
    return exp(losses.reduce(0, +) / Double(losses.count))
  }

  @Test(
    arguments: [
      ("dense", Variant.dense, "dense"), ("quantized", .dense, "dense"),
      ("residual", .dense, "dense"), ("residual", .expert(0), "expert-0"),
      ("residual", .expert(7), "expert-7"), ("residual", .budget(0.35), "routed@budget=0.35"),
      ("residual", .budget(2), "routed@budget=2"),
      ("residual", .windowBudget(0.5), "routed@window=0.5"), ("published", .expert(2), "expert-2"),
      ("published", .budget(0.5), "routed@budget=0.5"),
      ("published", .threshold(0.8), "routed@0.8"),
    ])
  func `logits and cost are those of an evaluation`(
    file: String, variant: Variant, name: String
  ) throws {
    let path = try Self.file(file)
    let windows = try Fixture.windows()
    let evaluator = try Evaluator(
      Checkpoints.Model(path: path), Context(Parallel(threads: 2)))
    let named = Evaluation.Variant(name: name)
    let evaluated = try #require(named)
    let expected = try evaluator.evaluate([evaluated], on: windows).figures[0]
    let model = try DynamoeKit.Model(DynamoeKit.Checkpoint(path: path))
    // The last token of a window is only predicted, not run.
    let runs = try model.run(windows: windows.map { $0.dropLast() }, as: variant)
    #expect(abs(perplexity(runs, windows) / expected.perplexity - 1) < 1e-6)
    let counts = windows.map { Double($0.count - 1) }
    let active = zip(runs, counts).reduce(0) { $0 + $1.0.activeFFNFraction * $1.1 }
    #expect(abs(active / counts.reduce(0, +) - expected.work.activeFFNFraction) < 1e-12)
    let inWindows = zip(runs, counts).reduce(0) { $0 + $1.0.windowCostFraction * $1.1 }
    #expect(abs(inWindows / counts.reduce(0, +) - expected.work.windowCostFraction) < 1e-12)
    #expect(runs.allSatisfy { $0.routerFraction == expected.work.routerFraction })
    #expect(
      runs.allSatisfy { $0.costFraction == $0.activeFFNFraction + $0.routerFraction })
  }

  @Test(arguments: [0.35, 0.5, 1])
  func `a budget leads to the choices that show tells of`(budget: Double) throws {
    let path = try Fixture.routed().path
    let text = "Once upon a time there was a naïve 日本 cat."
    let model = try DynamoeKit.Model(DynamoeKit.Checkpoint(path: path), threads: 1)
    let window = try Tokenizer(model).windows(of: text)[0]
    let run = try model.run(window, as: .budget(budget), logits: .none)
    #expect(run.logits.isEmpty && run.positions.isEmpty)
    let shown = try dynamoe(
      ["show", path, "--text", "-", "--budget", "\(budget)", "--json"], input: Array(text.utf8))
    try #require(shown.status == 0, "\(shown)")
    let document = try #require(
      try JSONSerialization.jsonObject(with: Data(shown.output.utf8)) as? [String: Any])
    let tokens = try #require(document["tokens"] as? [[String: Any]])
    #expect(tokens.compactMap { $0["experts"] as? [Int] } == Array(run.experts.dropFirst()))
    for (token, experts) in zip(tokens, run.experts.dropFirst()) {
      let widths = zip(model.widths, experts).map { Double($0[$1]) / 384 }
      let mean = try #require(token["mean_width"] as? Double)
      #expect(abs(mean - widths.reduce(0, +) / 4) < 1e-12)
    }
  }

  @Test func `without a choice every token has the expert that was asked for`() throws {
    let tokens = try Fixture.windows(1)[0]
    let converted = try DynamoeKit.Model(DynamoeKit.Checkpoint(path: Fixture.routed().path))
    func experts(_ variant: Variant) throws -> Set<[Int]> {
      let run = try converted.run(tokens, as: variant, logits: .none)
      #expect(run.experts.count == tokens.count)
      return Set(run.experts)
    }
    #expect(try experts(.expert(3)) == [[3, 3, 3, 3]])
    #expect(try experts(.dense) == [[7, 7, 7, 7]])
    #expect(try experts(.budget(0)) == [[0, 0, 0, 0]])
    let dense = try DynamoeKit.Model(DynamoeKit.Checkpoint(path: Fixture.model))
    let run = try dense.run(tokens, as: .dense, logits: .none)
    #expect(Set(run.experts) == [[]] && run.costFraction == 1)
  }

  @Test func `windows know nothing of each other, nor of threads`() throws {
    let path = try Fixture.routed().path
    let windows = try Fixture.windows(5)
    let alone = try DynamoeKit.Model(DynamoeKit.Checkpoint(path: path), threads: 1)
    // With so little memory, hidden states go to a scratch file.
    let together = try DynamoeKit.Model(
      DynamoeKit.Checkpoint(path: path), threads: 3, memory: 1)
    let runs = try together.run(windows: windows, as: .budget(0.5))
    for (window, run) in zip(windows, runs) {
      let single = try alone.run(window, as: .budget(0.5))
      #expect(single.logits == run.logits && single.experts == run.experts)
      #expect(single.activeFFNFraction == run.activeFFNFraction)
      #expect(run.positions == 0..<window.count)
      let last = try alone.run(window, as: .budget(0.5), logits: .last)
      #expect(last.positions == window.count - 1..<window.count && last.logits.count == 1)
      for (found, expected) in zip(last.logits[0], single.logits[window.count - 1]) {
        #expect(abs(found - expected) < 1e-3)
      }
    }
    #expect(try together.run(windows: [], as: .dense).isEmpty)
  }

  @Test func `a model tells what it is`() throws {
    let model = try DynamoeKit.Model(DynamoeKit.Checkpoint(path: Fixture.routed().path))
    #expect(model.family == "llama" && model.layers == 4)
    #expect(model.hiddenSize == 128 && model.intermediateSize == 384)
    #expect(model.variants == [.dense] + (0..<8).map { .expert($0) })
    #expect((0.04..<0.06).contains(model.smallestBudget ?? 0) && !model.hasThresholds)
    #expect(model.widths.count == 4 && model.widths.allSatisfy { $0.last == 384 })
    let order = try model.neuronOrder(ofLayer: 3)
    #expect(order.sorted() == Array(0..<384) && order != Array(0..<384))
    let published = try DynamoeKit.Model(DynamoeKit.Checkpoint(path: Fixture.published().path))
    #expect(published.hasThresholds && published.smallestBudget != nil)
    let dense = try DynamoeKit.Model(DynamoeKit.Checkpoint(path: Fixture.model))
    #expect(dense.widths.isEmpty && dense.smallestBudget == nil && !dense.hasThresholds)
    #expect(DynamoeKit.Model.kernels == ProductLibrary.kernels)
  }
}
