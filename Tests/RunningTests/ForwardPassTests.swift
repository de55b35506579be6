import Checkpoints
import Foundation
import JSON
import Kernels
import Running
import Safetensors
import Tensors
import TestSupport
import Testing

/// Our forward pass compared with one in plain numpy (see peer.py).
@Suite struct ForwardPassTests {
  static let script =
    URL(filePath: #filePath).deletingLastPathComponent().appending(path: "peer.py").path

  /// Results of the peer for the windows, by name.
  private func peer(_ folder: String, _ windows: [[Int]]) throws -> [String: [Double]] {
    let place = try TemporaryFolder()
    let out = place.path("out.safetensors")
    let input = JSONValue.array(windows.map { .array($0.map(JSONValue.int)) })
    _ = try python([Self.script, "run", folder, out], input: JSONWriter.write(input))
    let reader = try SafetensorsReader(path: out)
    var values: [String: [Double]] = [:]
    for tensor in reader.tensors {
      values[tensor.name.text] = tensor.elementType.doubles(try reader.read(tensor.name))
    }
    return values
  }

  /// Expects agreement within 1e-4 of the range of the expected values.
  private func expectClose(
    _ found: [Double], _ expected: [Double]?, _ name: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let expected = try #require(expected, "\(name)", sourceLocation: sourceLocation)
    try #require(found.count == expected.count, "\(name)", sourceLocation: sourceLocation)
    let range = (expected.max() ?? 0) - (expected.min() ?? 0)
    let error = zip(found, expected).reduce(0) { max($0, abs($1.0 - $1.1)) }
    #expect(error <= 1e-4 * range, "\(name): \(error)", sourceLocation: sourceLocation)
  }

  /// Compares logits, hidden values and their sums with the peer's.
  private func compare(_ folder: String, _ windows: [[Int]]) throws {
    let expected = try peer(folder, windows)
    let model = try Model(path: folder)
    let parallel = Parallel(threads: 2)
    var layers: [[Matrix]] = []
    let finished = try LayerSweep(model, parallel: parallel).run(windows) { call in
      let hidden = call.weights.hidden(call.input)
      return (call.weights.output(hidden), hidden)
    } finishedLayer: { layer, observations in
      #expect(layer == layers.count && observations.count == 1)
      layers.append(observations[0])
    }
    let head = try OutputHead(model, parallel: parallel)
    for (window, finished) in finished[0].enumerated() {
      let logits = head.logits(finished.stream).values.map(Double.init)
      try expectClose(logits, expected["logits.\(window)"], "logits.\(window)")
    }
    try #require(layers.count == model.configuration.layers)
    for (layer, windows) in layers.enumerated() {
      for (window, hidden) in windows.enumerated() {
        let name = "hidden.\(layer).\(window)"
        try expectClose(hidden.values.map(Double.init), expected[name], name)
      }
      func sum(_ part: (Matrix) -> [Double]) -> [Double] {
        windows.map(part).reduce([Double](repeating: 0, count: windows[0].columns)) {
          zip($0, $1).map(+)
        }
      }
      let absolute = sum { $0.columnAbsoluteSums() }
      let square = sum { $0.columnSquareSums() }
      try expectClose(absolute, expected["abs_sum.\(layer)"], "abs_sum.\(layer)")
      try expectClose(square, expected["square_sum.\(layer)"], "square_sum.\(layer)")
    }
  }

  @Test(
    arguments: [
      "plain", "biases", "attention-biases", "tied", "wide-heads", "one-key-head", "all-key-heads",
      "one-head", "theta", "rope-parameters", "F16", "BF16", "F64", "F32",
    ])
  func `every kind of checkpoint gives what the plain implementation gives`(
    variant: String
  ) throws {
    let folder = try TemporaryFolder()
    _ = try python([Self.script, "make", folder.path, variant])
    var numbers = RandomNumbers(seed: 1)
    let windows = [1, 2, 17, 64].map { length in
      (0..<length).map { _ in Int.random(in: 0..<61, using: &numbers) }
    }
    try compare(folder.path, windows)
  }

  static let scalings = [
    #"{"type": "longrope", "short_factor": [1], "long_factor": [4]}"#,
    #"{"type": "dynamic", "factor": 4}"#,
  ]

  @Test(arguments: scalings)
  func `a short window is rotated alike alone and beside a long one`(scaling: String) throws {
    var llama = TinyLlama(layers: 2)
    llama.config["rope_scaling"] = scaling
    llama.config["max_position_embeddings"] = "8"
    let folder = try TemporaryFolder()
    try llama.write(to: folder)
    let model = try Model(path: folder.path)
    func streams(_ lengths: [Int], omitted: Int = 0) throws -> [[Float]] {
      let windows = lengths.map { length in (0..<length).map { $0 * 5 % 13 } }
      var sweep = LayerSweep(model, parallel: Parallel(threads: 2))
      sweep.omittedTokens = omitted
      let finished = try sweep.run(windows) { call in
        (call.weights.output(call.weights.hidden(call.input)), ())
      } finishedLayer: { _, _ in
      }
      return finished[0].map(\.stream.values)
    }
    let both = try streams([12, 5])
    #expect(try both == [streams([12])[0], streams([5])[0]])
    #expect(Array(both[0].prefix(both[1].count)) != both[1])
    // The angles are those of the whole window, of which the last token may not be run.
    let whole = try streams([9])[0]
    func distance(_ stream: [Float]) -> Float {
      zip(stream, whole).reduce(0) { max($0, abs($1.0 - $1.1)) }
    }
    let (counted, ignored) = (try streams([8], omitted: 1)[0], try streams([8])[0])
    #expect(distance(counted) < 1e-5)
    // A base grows only with more than one pair of dimensions.
    #expect((distance(ignored) > 1e-3) == scaling.contains("longrope"))
  }

  @Test func `the fixture gives what the plain implementation gives`() throws {
    let folder = Fixture.model
    try compare(folder, try fixtureWindows(folder).suffix(3))
  }

  @Test func `the fixture has the perplexity that the plain implementation finds`() throws {
    let folder = Fixture.model
    let answer = try python([Self.script, "perplexity", folder, folder + "/heldout.txt"])
    let parts = String(decoding: answer, as: UTF8.self).split(whereSeparator: \.isWhitespace)
    let expected = try #require(Double(parts[0]))

    let windows = try fixtureWindows(folder)
    let parallel = Parallel(threads: 2)
    let model = try Model(path: folder)
    let finished = try LayerSweep(model, parallel: parallel).run(windows.map { $0.dropLast() }) {
      call in
      (call.weights.output(call.weights.hidden(call.input)), ())
    } finishedLayer: { _, _ in
    }
    let head = try OutputHead(model, parallel: parallel)
    let losses = zip(finished[0], windows).flatMap { finished, tokens in
      Distributions(head.logits(finished.stream))
        .negativeLogLikelihoods(of: Array(tokens.dropFirst()))
    }
    #expect(losses.count == Int(parts[1]))
    let perplexity = exp(losses.reduce(0, +) / Double(losses.count))
    #expect(abs(perplexity / expected - 1) < 1e-4)
  }

  /// Held-out text in windows of BOS and 255 tokens.
  private func fixtureWindows(_ folder: String) throws -> [[Int]] {
    let tokenizer = try ModelTokenizer(Model(path: folder), beginning: .auto)
    let text = try Fixture.read("heldout.txt")
    let tokens = try tokenizer.tokenizer.encode(text).map(Int.init)
    let beginning = try #require(tokenizer.beginningToken)
    return stride(from: 0, to: tokens.count, by: 255).map {
      [beginning] + tokens[$0..<min($0 + 255, tokens.count)]
    }
  }
}
