import JSON
import TestSupport
import Testing
import Tokenizers

/// SentencePiece tokenizers, compared with their own library and with `tokenizers`.
@Suite struct SentencePiecePeerTests {
  static let variants = [
    "llama", "no-bytes", "no-prefix", "ties", "no-order", "unused", "across-words",
  ]

  /// A trained model, shared by several tests.
  static let llama = Result { try train("llama") }

  /// Trains a small model with the library.
  static func train(_ variant: String) throws -> [UInt8] {
    try python(
      [Peer.sentencePiece, "train", variant],
      input: try fixture("fixtures/tiny-llama/calibration.txt"))
  }

  func tokenizer(_ model: [UInt8], _ variant: String) throws -> Tokenizer {
    var file = try GGUFVocabulary(metadata: python([Peer.sentencePiece, "gguf"], input: model))
    file.addsSpacePrefix = variant == "no-prefix" ? false : nil
    return try Tokenizer(file)
  }

  func compare(_ texts: [String], _ variant: String) throws {
    let model = try variant == "llama" ? Self.llama.get() : Self.train(variant)
    let tokenizer = try tokenizer(model, variant)
    var request = try #require(try JSONScanner.scan(model).object)
    request["texts"] = .array(texts.map { .string($0) })
    let output = try python(
      [Peer.sentencePiece, "encode"], input: JSONWriter.write(.object(request)))
    try expectTokens(of: texts, by: tokenizer, equal: try idLists(output))
  }

  static let odd = [
    "", " ", "  ", "\u{2581}", "a", " a", "a ", "\n", "\t\t", " \n ", "é", "e\u{301}", "日本語",
    "👩‍👩‍👧‍👦", "\u{0}", "\u{10FFFF}", "\u{1FBFF}", "<s>", "<0x0A>", "a\u{2581}b", "\r\n\r\n    if (x) {",
  ]

  @Test(arguments: variants)
  func `Texts have the peer's tokens`(variant: String) throws {
    var generator = TextGenerator(seed: 5)
    let whole = try ["calibration.txt", "heldout.txt"].map {
      String(decoding: try fixture("fixtures/tiny-llama/\($0)"), as: UTF8.self)
    }
    try compare(Self.odd + whole + (0..<2000).map { _ in generator.text() }, variant)
  }

  @Test(arguments: ["llama", "no-bytes"])
  func `Every character has the peer's tokens`(variant: String) throws {
    try compare(TextGenerator.everyScalar(unicodeVersion: 99), variant)
  }

  @Test(.timeLimit(.minutes(10)), arguments: ["llama", "ties", "unused", "across-words"])
  func `Long words have the peer's tokens`(variant: String) throws {
    var generator = TextGenerator(seed: 6)
    var letters = String.UnicodeScalarView()
    while letters.count < 100_000 {
      letters.append(
        contentsOf: generator.text().unicodeScalars.filter { $0.properties.isAlphabetic })
    }
    let words = ["a", " ", "the", "ing", "日", "🙂"].map { String(repeating: $0, count: 100_000) }
    try compare(words + [String(letters)], variant)
  }

  static let forms = [
    "prepend", "legacy", "holes", "holes-fused", "whole-words", "gemma", "split-next",
    "split-previous", "split-isolated", "metaspace-first", "metaspace-always", "metaspace-never",
    "metaspace-first-split", "metaspace-always-split", "metaspace-default", "metaspace-underscore",
  ]

  @Test(arguments: forms)
  func `A tokenizer.json has the peer's tokens`(form: String) throws {
    var generator = TextGenerator(seed: 7)
    let text = try Fixture.read("heldout.txt")
    let texts = Self.odd + [text] + (0..<2000).map { _ in generator.text() }
    let json = try python([Peer.sentencePiece, "json", form], input: try Self.llama.get())
    let tokenizer = try Tokenizer(tokenizerJSON: json)
    for parsingSpecial in [false, true] {
      try expectTokens(
        of: texts, by: tokenizer, parsingSpecial: parsingSpecial,
        equal: try peerEncode(texts, tokenizerJSON: json, parsingSpecial: parsingSpecial))
    }
    #expect(tokenizer.kind == "SentencePiece BPE")
    #expect(tokenizer.leadingSpecialToken == 1)
  }

  @Test func `A GGUF file and a tokenizer.json of one model have the same tokens`() throws {
    let model = try Self.llama.get()
    let json = try python([Peer.sentencePiece, "json", "plain"], input: model)
    var generator = TextGenerator(seed: 8)
    let texts = Self.odd + (0..<2000).map { _ in generator.text() }
    try expectTokens(
      of: texts, by: try tokenizer(model, "llama"), parsingSpecial: true,
      equal: try peerEncode(texts, tokenizerJSON: json, parsingSpecial: true))
  }

  @Test(arguments: ["calibration.txt", "heldout.txt"])
  func `A GGUF file of a byte-level model has the tokens of its tokenizer.json`(
    name: String
  ) throws {
    let json = try fixture("fixtures/tiny-llama/tokenizer.json")
    let request: JSONValue = ["tokenizer": .string(String(decoding: json, as: UTF8.self))]
    var file = try GGUFVocabulary(
      metadata: python([Peer.sentencePiece, "gguf"], input: JSONWriter.write(request)))
    file.preTokenizer = "gpt-2"
    let tokenizer = try Tokenizer(file)
    var generator = TextGenerator(seed: 9)
    let text = String(decoding: try fixture("fixtures/tiny-llama/\(name)"), as: UTF8.self)
    let texts = Self.odd + [text] + (0..<2000).map { _ in generator.text() }
    for parsingSpecial in [false, true] {
      try expectTokens(
        of: texts, by: tokenizer, parsingSpecial: parsingSpecial,
        equal: try peerEncode(texts, tokenizerJSON: json, parsingSpecial: parsingSpecial))
    }
  }
}

extension GGUFVocabulary {
  /// Parses the peer's output: the metadata that the `gguf` library would write.
  init(metadata: [UInt8]) throws {
    let object = try #require(try JSONScanner.scan(metadata).object)
    func strings(_ name: String) throws -> [[UInt8]]? {
      try object[name]?.array?.map { Array(try #require($0.string).utf8) }
    }
    self.init(
      model: try #require(object["model"]?.string), tokens: try #require(try strings("tokens")),
      scores: try object["scores"]?.array?.map { Float(try #require($0.double)) },
      types: try object["types"]?.array?.map { try #require($0.int) },
      merges: try strings("merges"))
  }
}
