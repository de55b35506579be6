import ByteIO
import Checkpoints
import Evaluation
import Foundation
import Kernels
import TestSupport
import Testing

@Suite struct EvaluatorTests {
  /// A model whose layers add nothing, so that its logits are known: `c · e_t` for token t.
  private func identity(_ folder: TemporaryFolder, scale: Float) throws -> Model {
    var llama = TinyLlama(layers: 1)
    for index in llama.tensors.indices {
      let name = llama.tensors[index].name
      let count = llama.tensors[index].bytes.count / 4
      let value: Float = name.contains("norm") ? 1 : 0
      llama.tensors[index].bytes = floatBytes([Float](repeating: value, count: count))
    }
    // Tokens 0 to 7 have unit vectors, whose normalised length is √8.
    var units = [Float](repeating: 0, count: 128)
    for token in 0..<8 { units[token * 8 + token] = 1 }
    llama[tensor: "model.embed_tokens.weight"]?.bytes = floatBytes(units)
    llama[tensor: "lm_head.weight"]?.bytes = floatBytes(units.map { $0 * scale })
    llama.config["rms_norm_eps"] = "0"
    try llama.write(to: folder)
    return try Model(path: folder.path)
  }

  @Test func `perplexity is the exponential of the mean loss`() throws {
    let folder = try TemporaryFolder()
    let model = try identity(folder, scale: 1)
    // Of five targets, two equal the token before them, three do not.
    let result = try model.evaluate([.dense], [[1, 1, 2], [3], [4, 4, 5, 6]])
    let raised = 8.0.squareRoot()
    let normalizer = log(exp(raised) + 15)
    let losses = [normalizer - raised, normalizer, normalizer - raised, normalizer, normalizer]
    let mean = losses.reduce(0, +) / 5
    let spread = (losses.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 4 / 5).squareRoot()
    let found = try #require(result.figures.first)
    #expect(result.targets == 5)
    #expect(abs(found.perplexity - exp(mean)) < 1e-5)
    #expect(abs(found.perplexityError - exp(mean) * spread) < 1e-5)
    #expect(
      (found.work.activeFFNFraction, found.work.routerFraction, found.work.costFraction) == (
        1, 0, 1
      ))
    #expect((found.work.tokensPerSecond ?? 0) > 0)
  }

  @Test func `equal logits have the size of the vocabulary for perplexity`() throws {
    let folder = try TemporaryFolder()
    let found = try identity(folder, scale: 0).evaluate([.dense], [[1, 2, 3, 4, 15]]).figures[0]
    #expect(abs(found.perplexity - 16) < 1e-9)
    #expect(found.perplexityError < 1e-9)
  }

  @Test(
    arguments: [
      ("dense", Variant.dense), ("expert-0", .expert(0)), ("expert-12", .expert(12)),
      ("expert-", nil), ("expert--1", nil), ("expert-01", nil), ("expert-+1", nil), ("Dense", nil),
      ("expert-1 ", nil), ("expert-99999999999999999999", nil), ("", nil),
      ("oracle@0.5", .choosing(.oracle, .threshold(0.5))),
      ("oracle@1", .choosing(.oracle, .threshold(1))), ("oracle@", nil), ("oracle@-1", nil),
      ("oracle@nan", nil), ("oracle@inf", nil), ("oracle@0,5", nil),
      ("routed@0.5", .choosing(.routed, .threshold(0.5))),
      ("random@2", .choosing(.random, .threshold(2))), ("guessed@0.5", nil), ("routed@0.5@1", nil),
    ])
  func `a variant has one name`(name: String, variant: Variant?) {
    #expect(Variant(name: name) == variant)
    if let variant { #expect(variant.name == name) }
  }

  @Test func `the largest expert is the dense model`() throws {
    let converted = try Converted()
    let windows = Converted.windows()
    let source = try converted.dense.evaluate([.dense], windows).figures[0]
    let figures = try converted.container.evaluate(
      try converted.container.evaluator().variants, windows
    ).figures
    #expect(figures.map(\.variant) == [.dense, .expert(0), .expert(1), .expert(2), .expert(3)])
    #expect(figures.map(\.work.activeFFNFraction) == [1, 0.25, 0.5, 0.75, 1])
    #expect(figures[0].perplexity == figures[4].perplexity)
    #expect(abs(figures[0].perplexity / source.perplexity - 1) < 1e-5)
    let divergences = figures.dropFirst().compactMap(\.divergence?.meanKLD.value)
    #expect(divergences.count == 4 && divergences.dropLast().allSatisfy { $0 > 1e-4 })
  }

  @Test func `neurons take their biases with them`() throws {
    var llama = TinyLlama(intermediateSize: 24)
    llama.config["mlp_bias"] = "true"
    llama.config["tie_word_embeddings"] = "true"
    var numbers = RandomNumbers(seed: 2)
    for layer in 0..<2 {
      for (name, count) in [("gate", 24), ("up", 24), ("down", 8)] {
        let values = numbers.floats(count)
        llama.tensors.append(
          .init(
            name: "model.layers.\(layer).mlp.\(name)_proj.bias", type: "F32", shape: [count],
            bytes: floatBytes(values)))
      }
    }
    let converted = try Converted(llama)
    let windows = Converted.windows()
    let source = try converted.dense.evaluate([.dense], windows).figures[0].perplexity
    let found = try converted.container.evaluate([.dense], windows).figures[0].perplexity
    #expect(abs(found / source - 1) < 1e-5)
  }

  @Test func `divergence is from dense, whether or not it was asked for`() throws {
    let converted = try Converted()
    let windows = Converted.windows()
    let both = try converted.container.evaluate([.expert(2), .dense], windows).figures
    let alone = try converted.container.evaluate([.expert(2)], windows).figures
    #expect(alone.count == 1)
    #expect(alone[0].divergence != nil && alone[0].divergence == both[0].divergence)
    #expect(alone[0].perplexity == both[0].perplexity)
  }

  @Test func `the number of threads does not change a bit`() throws {
    let converted = try Converted()
    func figures(_ threads: Int) throws -> [([Double], Divergence?)] {
      let container = converted.container
      return try container.evaluate(
        try container.evaluator().variants, Converted.windows(), threads: threads
      ).figures.map {
        (
          [$0.perplexity, $0.perplexityError, $0.work.activeFFNFraction, $0.work.costFraction],
          $0.divergence
        )
      }
    }
    let one = try figures(1)
    for threads in [2, 5] { #expect(try figures(threads).elementsEqual(one, by: ==)) }
  }

  @Test func `a variant that the model does not have is refused, with those it has`() throws {
    let converted = try Converted()
    #expect(throws: EvaluationError.unknownVariant("expert-0", known: ["dense"])) {
      try converted.dense.evaluate([.dense, .expert(0)], Converted.windows())
    }
    let known = ["dense", "expert-0", "expert-1", "expert-2", "expert-3", "oracle@THRESHOLD"]
    #expect(throws: EvaluationError.unknownVariant("expert-4", known: known)) {
      try converted.container.evaluate([.expert(4)], Converted.windows())
    }
  }

  @Test func `a container that was cut holds its smaller experts, and no dense model`() throws {
    let converted = try Converted()
    let windows = Converted.windows()
    let whole = try converted.container.evaluate([.expert(0), .expert(1)], windows).figures
    let reader = try #require(converted.container.checkpoint.container)
    let bytes = try InputFile(path: converted.path).readAll(limit: 1 << 20)
    let length = reader.prefixLength(expert: 1)
    let path = try converted.folder.write(Array(bytes[..<length]), to: "cut.dmoe")
    let cut = try Model(path: path)
    #expect(try cut.evaluator().variants == [.expert(0), .expert(1)])
    let figures = try cut.evaluate([.expert(0), .expert(1)], windows).figures
    #expect(figures.map(\.perplexity) == whole.map(\.perplexity))
    #expect(figures.map(\.divergence) == [nil, nil])
    for variant in [Variant.dense, .expert(2)] {
      #expect(
        throws: EvaluationError.unknownVariant(variant.name, known: ["expert-0", "expert-1"])
      ) {
        try cut.evaluate([variant], windows)
      }
    }
  }

  @Test(arguments: [[], [[]], [[1]], [[1], [2], []]])
  func `nothing to predict is an error`(windows: [[Int]]) throws {
    let folder = try TemporaryFolder()
    let model = try identity(folder, scale: 1)
    #expect(throws: EvaluationError.noTargets) { try model.evaluate([.dense], windows) }
  }

  @Test(arguments: [[1, 16], [1, -1], [1, 2, Int.max], [16, 1], [1, 99, 1]])
  func `a token without a row in the embedding is refused wherever it stands`(
    window: [Int]
  ) throws {
    let folder = try TemporaryFolder()
    let model = try identity(folder, scale: 1)
    let token = try #require(window.first { !(0..<16).contains($0) })
    #expect(
      throws: EvaluationError.model(
        .tokenOutOfRange(path: model.path, token: token, rows: 16))
    ) {
      try model.evaluate([.dense], [[1, 2], window])
    }
  }
}
