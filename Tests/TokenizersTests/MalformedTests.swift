import JSON
import Testing
import Tokenizers

/// What is refused, and with which words.
@Suite struct MalformedTests {
  static let small = SmallTokenizer()
  static let byteLevel: JSONValue = ["type": "ByteLevel", "add_prefix_space": false]

  static func split(behavior: JSONValue) -> JSONValue {
    ["type": "Split", "pattern": ["String": "a"], "behavior": behavior]
  }

  static let rows: [(SmallTokenizer, TokenizerError)] = [
    (small.with("version", "2.0"), .unsupported(path: "version", found: "version \"2.0\"")),
    (small.with("model", .null), .missing(path: "model")),
    (
      small.with("model", []),
      .wrongType(path: "model", expected: "an object", found: "an array")
    ),
    (
      small.withModel("type", "WordPiece"),
      .unsupported(path: "model", found: "the model \"WordPiece\"")
    ),
    (
      small.withModel("type", "Unigram"),
      .unsupported(path: "model", found: "the model \"Unigram\"")
    ),
    (
      small.withModel("byte_fallback", true),
      .unsupported(path: "pre_tokenizer", found: "ByteLevel with byte_fallback")
    ),
    (
      small.withModel("dropout", .double(0.5)),
      .unsupported(path: "model.dropout", found: "dropout 0.5")
    ),
    (
      small.withModel("end_of_word_suffix", "</w>"),
      .unsupported(path: "model.end_of_word_suffix", found: "\"</w>\"")
    ),
    (
      small.withModel("continuing_subword_prefix", "##"),
      .unsupported(path: "model.continuing_subword_prefix", found: "\"##\"")
    ),
    (
      small.withModel("unk_token", "<unk>"),
      .unknownToken(path: "model.unk_token", token: "<unk>")
    ),
    (small.withModel("vocab", nil), .missing(path: "model.vocab")),
    (
      small.withModel("vocab", ["a": "0"]),
      .wrongType(path: "model.vocab", expected: "an id", found: "a string")
    ),
    (
      small.withModel("vocab", ["a": -1]),
      .invalidID(path: "model.vocab", token: "a", found: "-1")
    ),
    (
      small.withModel("vocab", ["a": .int(1 << 40)]),
      .invalidID(path: "model.vocab", token: "a", found: "1099511627776")
    ),
    (
      small.withModel("vocab", ["a": .double(0.5)]),
      .invalidID(path: "model.vocab", token: "a", found: "0.5")
    ),
    (
      small.withModel("vocab", ["a": 0, "b": 0]),
      .duplicateID(0, first: "a", second: "b")
    ),
    (small.withModel("merges", ["a"]), .malformedMerge(path: "model.merges[0]")),
    (small.withModel("merges", ["a b", "a  b"]), .malformedMerge(path: "model.merges[1]")),
    (small.withModel("merges", [["a", "b", "c"]]), .malformedMerge(path: "model.merges[0]")),
    (small.withModel("merges", [["a", 1]]), .malformedMerge(path: "model.merges[0]")),
    (
      small.withModel("merges", ["a z"]),
      .mergeOutsideVocabulary(path: "model.merges[0]", token: "z")
    ),
    (
      small.withModel("merges", ["b a"]),
      .mergeOutsideVocabulary(path: "model.merges[0]", token: "ba")
    ),
    (
      small.with("added_tokens", [SmallTokenizer.added("x", 1 << 24)]),
      .invalidID(path: "added_tokens[0].id", token: "x", found: "16777216")
    ),
    (
      small.with("added_tokens", [SmallTokenizer.added("a", 9)]),
      .conflictingID(token: "a", first: 0, added: 9)
    ),
    (
      small.with("added_tokens", [SmallTokenizer.added("x", 0)]),
      .duplicateID(0, first: "a", second: "x")
    ),
    (
      small.with("added_tokens", [SmallTokenizer.added("x", 9), SmallTokenizer.added("y", 9)]),
      .duplicateID(9, first: "x", second: "y")
    ),
    (
      small.with("added_tokens", [["id": 9]]), .missing(path: "added_tokens[0].content")
    ),
    (small.with("pre_tokenizer", .null), .missing(path: "pre_tokenizer")),
    (
      small.with("pre_tokenizer", ["type": "Digits"]),
      .unsupported(path: "pre_tokenizer", found: "BPE without ByteLevel and byte_fallback")
    ),
    (
      small.with(
        "pre_tokenizer",
        ["type": "Sequence", "pretokenizers": [["type": "Split", "pattern": ["Regex": "a+"]]]]),
      .unsupported(
        path: "pre_tokenizer.pretokenizers[0].pattern", found: "a pattern other than a String")
    ),
    (
      small.with(
        "pre_tokenizer",
        ["type": "Sequence", "pretokenizers": [byteLevel, split(behavior: "Isolated")]]),
      .unsupported(path: "pre_tokenizer.pretokenizers[1]", found: "the pre-tokenizer \"Split\"")
    ),
    (
      small.with(
        "pre_tokenizer", ["type": "Sequence", "pretokenizers": [byteLevel, byteLevel]]),
      .unsupported(path: "pre_tokenizer.pretokenizers[1]", found: "a second ByteLevel")
    ),
    (
      small.with("pre_tokenizer", split(behavior: "Removed")),
      .unsupported(path: "pre_tokenizer.behavior", found: "\"Removed\"")
    ),
    (
      small.with(
        "pre_tokenizer",
        ["type": "Split", "pattern": ["String": "a"], "behavior": "Isolated", "invert": true]),
      .unsupported(path: "pre_tokenizer", found: "an inverted Split")
    ),
    (
      small.with(
        "pre_tokenizer",
        ["type": "Metaspace", "replacement": "_", "prepend_scheme": "sometimes"]),
      .unsupported(path: "pre_tokenizer.prepend_scheme", found: "\"sometimes\"")
    ),
    (
      small.with("pre_tokenizer", ["type": "Metaspace", "replacement": "ab"]),
      .wrongType(
        path: "pre_tokenizer.replacement", expected: "one character", found: "a string")
    ),
    (
      small.with("normalizer", ["type": "NFKC"]),
      .unsupported(path: "normalizer", found: "the normalizer \"NFKC\"")
    ),
    (
      small.with("normalizer", ["type": "Replace", "pattern": ["Regex": "a+"], "content": ""]),
      .unsupported(path: "normalizer.pattern", found: "a pattern other than a String")
    ),
    (
      small.with("normalizer", ["type": "Replace", "pattern": ["String": ""], "content": "a"]),
      .unsupported(path: "normalizer.pattern.String", found: "an empty pattern")
    ),
    (
      small.with("post_processor", ["type": "BertProcessing", "cls": ["[CLS]", 101]]),
      .unknownToken(path: "post_processor.cls[0]", token: "[CLS]")
    ),
    (
      small.with("post_processor", ["type": "Frame"]),
      .unsupported(path: "post_processor", found: "the post-processor \"Frame\"")
    ),
  ]

  @Test(arguments: rows)
  func `A malformed file is refused by name`(
    tokenizer: SmallTokenizer, error: TokenizerError
  ) throws {
    #expect(throws: error) { try Tokenizer(tokenizerJSON: tokenizer.json) }
  }

  @Test func `Text that is not JSON is refused with its place`() throws {
    #expect(throws: TokenizerError.invalidJSON(JSONError(.unexpectedEnd, at: 1))) {
      try Tokenizer(tokenizerJSON: Array("{".utf8))
    }
    #expect(
      throws: TokenizerError.wrongType(
        path: "the document", expected: "an object", found: "an array")
    ) { try Tokenizer(tokenizerJSON: Array("[]".utf8)) }
  }

  @Test func `No damage to a file makes it trap`() throws {
    var generator = TextGenerator(seed: 4)
    var small = SmallTokenizer()
    small.parts["normalizer"] = [
      "type": "Sequence", "normalizers": [["type": "NFC"], ["type": "Prepend", "prepend": "a"]],
    ]
    small.parts["post_processor"] = TokenizerTests.template
    let json = small.json
    for _ in 0..<5000 {
      var damaged = json
      for _ in 0..<2 { generator.damage(&damaged) }
      guard let tokenizer = try? Tokenizer(tokenizerJSON: damaged) else { continue }
      let ids = tokenizer.encode("ab <s> é abc ab", parsingSpecial: true)
      #expect(ids.allSatisfy { $0 >= 0 && $0 < tokenizer.vocabularySize })
    }
  }

  @Test func `Errors say what and where in one line`() {
    for (_, error) in Self.rows {
      #expect(!error.description.isEmpty)
      #expect(!error.description.contains("\n"))
    }
  }
}
