import JSON
import TestSupport
import Testing

/// Tokenisation and windows, observed from outside.
@Suite struct TextTests {
  private let folder: TemporaryFolder
  /// Beginning of the held-out text, a few hundred tokens.
  private let text: [UInt8]

  init() throws {
    folder = try TemporaryFolder()
    let whole = String(decoding: try bytes(at: Fixture.heldOutText), as: UTF8.self)
    text = Array(whole.prefix(1200).utf8)
  }

  /// Number of predicted tokens, and perplexity.
  private func evaluate(
    _ arguments: [String], input: [UInt8] = [], model: String = Fixture.model
  ) throws -> (tokens: Int, perplexity: Double) {
    let output = try expectDone(["evaluate", model, "--json"] + arguments, input: input)
    let document = try #require(try JSONScanner.scan(Array(output.utf8)).object)
    return (
      try #require(document["tokens"]?.int),
      try #require(document["variants"]?.array?.first?.object?["perplexity"]?.double)
    )
  }

  @Test func `standard input and a file are the same text`() throws {
    let path = try folder.write(text, to: "text.txt")
    let file = try evaluate(["--text", path])
    #expect(try evaluate(["--text", "-"], input: text) == file)
    for (name, arguments, input) in [
      ("file", ["--text", path], []), ("pipe", ["--text", "-"], text),
    ] {
      try expectDone(
        ["partition", Fixture.model, "-o", folder.path(name + ".dmoe")] + Fixture.plain + arguments,
        input: input)
    }
    #expect(try bytes(at: folder.path("file.dmoe")) == bytes(at: folder.path("pipe.dmoe")))
  }

  @Test func `a jsonl file is the texts of its lines`() throws {
    let words = String(decoding: text, as: UTF8.self)
    let parts = [String(words.prefix(500)), String(words.dropFirst(500)), "naïve \u{1F600}\n"]
    let plain = try parts.enumerated().map {
      try folder.write(Array($0.element.utf8), to: "\($0.offset).txt")
    }
    let lines = parts.map { JSONWriter.text(["id": 1, "text": .string($0)]) }
    let jsonl = try folder.write(
      Array((lines.joined(separator: "\r\n") + "\n\n").utf8), to: "t.jsonl")
    #expect(try evaluate(["--text", jsonl]) == evaluate(["--text"] + plain))
  }

  @Test func `every text token is predicted, but a window's first where nothing begins it`() throws
  {
    let path = try folder.write(text, to: "text.txt")
    let limited = ["--text", path, "--max-tokens", "200", "--context", "50"]
    // Windows of a beginning token and 49 text tokens: five windows hold 200.
    let always = try evaluate(limited + ["--bos", "always"])
    #expect(always.tokens == 200)
    // Windows of 50 text tokens: four windows, whose first tokens are not predicted.
    let never = try evaluate(limited + ["--bos", "never"])
    #expect(never.tokens == 196 && never.perplexity != always.perplexity)
    // The fixture's tokenizer adds a beginning token.
    #expect(try evaluate(limited) == always)
    // A last window of a single token has no target and is dropped.
    #expect(
      try evaluate(limited.dropLast(3) + ["151", "--context", "50", "--bos", "never"]).tokens == 147
    )
    // The context is limited by the model's 256.
    #expect(
      try evaluate(["--text", path, "--context", "100000"])
        == evaluate(["--text", path, "--context", "256"]))
  }

  @Test func `the settings of the tokenizer decide where nothing is said`() throws {
    let model = try folder.copyModel()
    let settings = String(
      decoding: try bytes(at: model + "/tokenizer_config.json"), as: UTF8.self)
    #expect(settings.contains("\"add_bos_token\": true"))
    try folder.write(
      Array(settings.replacing("\"add_bos_token\": true", with: "\"add_bos_token\": false").utf8),
      to: "model/tokenizer_config.json")
    let limited = ["--text", Fixture.heldOutText, "--max-tokens", "100", "--context", "50"]
    #expect(try evaluate(limited, model: model).tokens == 98)
    #expect(try evaluate(limited + ["--bos", "always"], model: model).tokens == 100)
  }

  @Test func `special tokens in a text are text, unless asked for`() throws {
    let model = try JSONScanner.scan(try bytes(at: Fixture.model + "/tokenizer.json"))
    let added = try #require(model.object?["added_tokens"]?.array)
    let special = try #require(
      added.first { $0.object?["special"]?.bool == true }?.object?["content"]?.string)
    let path = try folder.write(Array("a\(special)b\(special)c".utf8), to: "text.txt")
    let plain = try evaluate(["--text", path])
    let parsed = try evaluate(["--text", path, "--parse-special"])
    #expect(parsed.tokens == 5 && plain.tokens > 5)
  }
}
