import JSON
import Testing
import Tokenizers

/// Invalid tokenizers, and the words expected in the errors.
@Suite struct MalformedTests {
  static let small = SmallTokenizer()
  static let byteLevel: JSONValue = ["type": "ByteLevel", "add_prefix_space": false]

  static func split(behavior: JSONValue) -> JSONValue {
    ["type": "Split", "pattern": ["String": "a"], "behavior": behavior]
  }

  static let unigram: JSONValue = [
    "type": "Unigram",
    "vocab": [["<unk>", 0], ["\u{2581}", -2], ["a", -1], ["ab", .double(-2.5)]],
    "unk_id": 0,
  ]
  static let wordPiece: JSONValue = [
    "type": "WordPiece", "vocab": ["[UNK]": 0, "a": 1, "ab": 2, "##b": 3, "##bc": 4, "<": 5],
    "unk_token": "[UNK]",
  ]

  static let rows: [(SmallTokenizer, TokenizerError)] = [
    (small.with("version", "2.0"), .unsupported(path: "version", found: "version \"2.0\"")),
    (small.with("model", .null), .missing(path: "model")),
    (
      small.with("model", []),
      .wrongType(path: "model", expected: "an object", found: "an array")
    ),
    (
      small.withModel("type", "WordLevel"),
      .unsupported(path: "model", found: "the model \"WordLevel\"")
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
      small.with("added_tokens", [SmallTokenizer.added("x", 10)]),
      .misnumbered(token: "x", next: 9, added: 10)
    ),
    (
      small.with("added_tokens", [["id": 9]]), .missing(path: "added_tokens[0].content")
    ),
    (
      small.with("model", ["type": "WordPiece", "vocab": ["a": 0]]),
      .missing(path: "model.unk_token")
    ),
    (
      small.with("model", ["type": "WordPiece", "vocab": ["a": 0], "unk_token": "[UNK]"]),
      .unknownToken(path: "model.unk_token", token: "[UNK]")
    ),
    (
      small.with(
        "model",
        [
          "type": "WordPiece", "vocab": ["a": 0], "unk_token": "a", "max_input_chars_per_word": -1,
        ]),
      .wrongType(
        path: "model.max_input_chars_per_word", expected: "a number of characters",
        found: "a number")
    ),
    (
      small.with("model", ["type": "Unigram", "vocab": [["a", "b"]], "unk_id": 0]),
      .wrongType(path: "model.vocab[0]", expected: "a token and its score", found: "an array")
    ),
    (
      small.with("model", ["type": "Unigram", "vocab": [["a", .double(-1.5)]], "unk_id": .null]),
      .missing(path: "model.unk_id")
    ),
    (
      small.with("model", ["type": "Unigram", "vocab": [["a", .double(-1.5)]], "unk_id": 1]),
      .idOutsideVocabulary(path: "model.unk_id", id: 1, count: 1)
    ),
    (
      small.with("model", unigram),
      .unsupported(path: "pre_tokenizer", found: "ByteLevel with Unigram")
    ),
    (
      small.with("pre_tokenizer", ["type": "UnicodeScripts"]),
      .unsupported(path: "pre_tokenizer", found: "the pre-tokenizer \"UnicodeScripts\"")
    ),
    (
      small.with(
        "pre_tokenizer",
        ["type": "Sequence", "pretokenizers": [byteLevel, split(behavior: "Isolated")]]),
      .unsupported(path: "pre_tokenizer.pretokenizers[1]", found: "\"Split\" after ByteLevel")
    ),
    (
      small.with(
        "pre_tokenizer", ["type": "Sequence", "pretokenizers": [byteLevel, byteLevel]]),
      .unsupported(path: "pre_tokenizer.pretokenizers[1]", found: "\"ByteLevel\" after ByteLevel")
    ),
    (
      small.with("pre_tokenizer", split(behavior: "Shuffled")),
      .unsupported(path: "pre_tokenizer.behavior", found: "\"Shuffled\"")
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
      small.with("normalizer", ["type": "ByteLevel"]),
      .unsupported(path: "normalizer", found: "the normalizer \"ByteLevel\"")
    ),
    (
      small.with(
        "normalizer", ["type": "Replace", "pattern": ["Regex": "(a)"], "content": "$1"]),
      .unsupported(
        path: "normalizer.content", found: "\"$1\", a reference to a group,")
    ),
    (
      small.with("normalizer", ["type": "Replace", "pattern": ["String": ""], "content": "a"]),
      .unsupported(path: "normalizer.pattern.String", found: "an empty pattern")
    ),
    (
      small.with("normalizer", ["type": "Precompiled", "precompiled_charsmap": "AAAA"]),
      .malformedTable(path: "normalizer.precompiled_charsmap")
    ),
    (
      small.with("normalizer", ["type": "Precompiled", "precompiled_charsmap": "/////wAA"]),
      .malformedTable(path: "normalizer.precompiled_charsmap")
    ),
    (
      small.with("normalizer", ["type": "Precompiled", "precompiled_charsmap": "not base 64"]),
      .malformedTable(path: "normalizer.precompiled_charsmap")
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

  private static func beginning(_ id: Int) -> JSONValue {
    [SmallTokenizer.added("<s>", id, special: true)]
  }

  static let damaged: [(String, SmallTokenizer)] = [
    (
      "BPE",
      small.with(
        "normalizer",
        [
          "type": "Sequence",
          "normalizers": [["type": "NFC"], ["type": "Prepend", "prepend": "a"]],
        ]
      ).with("post_processor", TokenizerTests.template)
    ),
    (
      "Unigram",
      small.with("model", unigram).with("added_tokens", beginning(4)).with(
        "pre_tokenizer", ["type": "Metaspace", "replacement": "\u{2581}"]
      ).with("normalizer", ["type": "Precompiled", "precompiled_charsmap": .string(table)])
    ),
    (
      "WordPiece",
      small.with("model", wordPiece).with("added_tokens", beginning(6))
        .with("pre_tokenizer", ["type": "BertPreTokenizer"])
        .with("normalizer", ["type": "BertNormalizer"])
    ),
    (
      "a pattern",
      small.with(
        "pre_tokenizer",
        [
          "type": "Sequence",
          "pretokenizers": [
            [
              "type": "Split", "behavior": "Isolated",
              "pattern": [
                "Regex": #"(?i:'s|re)|[^\r\p{L}]?\p{Lu}*+a{1,3}|[a-c\s]+?(?!\S)|(?>b|c)$|\x{e9}"#
              ],
            ], byteLevel,
          ],
        ])
    ),
  ]
  /// A trie of eight units, and two replacements.
  static let table = "IAAAAAEAAABhAQQAAAAAgGIBBAABAACAAAAAAAAAAAAAAAAAYgDDqQA="

  @Test(arguments: damaged)
  func `No damage to a file makes it trap`(kind: String, small: SmallTokenizer) throws {
    var generator = TextGenerator(seed: 4)
    let json = small.json
    _ = try Tokenizer(tokenizerJSON: json).encode("ab <s> é")
    for _ in 0..<2000 {
      var damaged = json
      for _ in 0..<2 { generator.damage(&damaged) }
      guard let tokenizer = try? Tokenizer(tokenizerJSON: damaged) else { continue }
      // Encoding that takes too long is aborted with an error.
      let ids = (try? tokenizer.encode("ab <s> é abc ab", parsingSpecial: true)) ?? []
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
