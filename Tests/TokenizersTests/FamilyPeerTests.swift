import JSON
import TestSupport
import Testing
import Tokenizers

/// Tokens of the families' kinds of tokenizers, compared with the libraries that trained them.
@Suite struct FamilyPeerTests {
  static let families = [
    "llama-3", "qwen2", "tekken", "gpt-4o", "olmo2", "marks", "deepseek", "starcoder2", "gpt-neox",
    "gpt2", "opt", "bert", "bert-cased", "xlm-roberta", "t5", "albert", "unigram-bytes",
    "characters", "characters-fused",
  ]
  /// Features that the format allows but no known family uses.
  static let odd = [
    "lazy", "possessive", "anchors", "classes", "ahead", "options", "empty", "intervals", "removed",
    "merged_with_previous", "merged_with_next", "contiguous", "inverted-removed",
    "inverted-isolated", "inverted-merged_with_next", "punctuation", "white-space", "words",
    "replacing", "compatibility", "default",
  ]
  /// Kinds whose tables in the peer are of an older Unicode version than its patterns.
  static let normalizing = ["qwen2", "gpt-neox", "xlm-roberta", "t5"]
  static let oldest = ["bert", "bert-cased", "albert", "punctuation", "compatibility"]

  static func train(_ family: String) throws -> [UInt8] {
    try python(
      [Peer.families, family], input: try fixture("fixtures/tiny-llama/calibration.txt"))
  }

  func unicodeVersion(of family: String) -> Int {
    if Self.oldest.contains(family) { return TextGenerator.unicodeVersionOfProperties }
    return Self.normalizing.contains(family)
      ? TextGenerator.unicodeVersionOfNormalization : TextGenerator.unicodeVersionOfClasses
  }

  func compare(
    _ texts: [String], by tokenizer: Tokenizer, tokenizerJSON json: [UInt8],
    parsingSpecial: [Bool] = [false, true]
  ) throws {
    for parsingSpecial in parsingSpecial {
      try expectTokens(
        of: texts, by: tokenizer, parsingSpecial: parsingSpecial,
        equal: try peerEncode(texts, tokenizerJSON: json, parsingSpecial: parsingSpecial))
    }
  }

  @Test(arguments: families + odd)
  func `Texts have the peer's tokens`(family: String) throws {
    let json = try Self.train(family)
    var generator = TextGenerator(seed: 11, unicodeVersion: unicodeVersion(of: family))
    let corpus = String(
      decoding: try fixture("Tests/TokenizersTests/families_peer.py"), as: UTF8.self)
    let text = try Fixture.read("heldout.txt")
    let texts =
      SentencePiecePeerTests.odd + [corpus, text] + (0..<1000).map { _ in generator.text() }
    // The peer takes most of the time, so odd tokenizers are compared once.
    try compare(
      texts, by: try Tokenizer(tokenizerJSON: json), tokenizerJSON: json,
      parsingSpecial: Self.odd.contains(family) ? [true] : [false, true])
  }

  @Test(arguments: ["llama-3", "tekken", "bert", "xlm-roberta", "compatibility"])
  func `Every character has the peer's tokens`(family: String) throws {
    let json = try Self.train(family)
    let texts = TextGenerator.everyScalar(unicodeVersion: unicodeVersion(of: family))
    try compare(
      texts, by: try Tokenizer(tokenizerJSON: json), tokenizerJSON: json, parsingSpecial: [false])
  }

  static let names = [
    ("llama-3", "llama-bpe"), ("tekken-ggml", "tekken"), ("gpt-4o-ggml", "gpt-4o"),
    ("gpt2", "gpt-2"),
    ("starcoder2", "starcoder"), ("default", "default"),
  ]

  @Test(arguments: names)
  func `A GGUF file has the tokens of its tokenizer.json`(family: String, name: String) throws {
    let json = try Self.train(family)
    let request: JSONValue = ["tokenizer": .string(String(decoding: json, as: UTF8.self))]
    var file = try GGUFVocabulary(
      metadata: python([Peer.sentencePiece, "gguf"], input: JSONWriter.write(request)))
    file.preTokenizer = name
    var generator = TextGenerator(seed: 12)
    // Without tokens whose properties such a file cannot express.
    let texts = (0..<1000).map { _ in
      String(
        String.UnicodeScalarView(generator.text().unicodeScalars.filter { $0 != "<" && $0 != "É" }))
    }
    try compare(texts, by: try Tokenizer(file), tokenizerJSON: json)
  }

  @Test func `A GGUF file of BERT has the tokens of its tokenizer.json`() throws {
    let json = try Self.train("bert")
    var file = try GGUFVocabulary(metadata: python([Peer.families, "gguf"], input: json))
    file.unknownID = 1
    file.beginningID = 2
    var generator = TextGenerator(
      seed: 13, unicodeVersion: TextGenerator.unicodeVersionOfProperties)
    let texts = SentencePiecePeerTests.odd + (0..<1000).map { _ in generator.text() }
    let tokenizer = try Tokenizer(file)
    try compare(texts, by: tokenizer, tokenizerJSON: json)
    #expect(tokenizer.kind == "WordPiece")
    #expect(tokenizer.leadingSpecialToken == 2)
  }

  static let kinds: [(String, String, Int32?)] = [
    ("llama-3", "byte-level BPE", 0), ("qwen2", "byte-level BPE", nil),
    ("opt", "byte-level BPE", 0), ("bert", "WordPiece", 2), ("t5", "Unigram", 1),
  ]

  @Test(arguments: kinds)
  func `The kind and the leading token are known`(
    family: String, kind: String, leading: Int32?
  ) throws {
    let tokenizer = try Tokenizer(tokenizerJSON: Self.train(family))
    #expect(tokenizer.kind == kind)
    #expect(tokenizer.leadingSpecialToken == leading)
  }
}
