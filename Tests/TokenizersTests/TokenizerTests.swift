import JSON
import Testing
import Tokenizers

@Suite struct TokenizerTests {
  @Test(
    arguments: [
      ("", []), ("a", [0]), ("ab", [4]), ("abc", [5]), ("ab abab", [4, 6, 4]), ("ba", [1, 0]),
      (" ab", [6]), ("  ab", [3, 6]), ("é", [7, 8]), ("x", []), ("axb", [4]),
    ] as [(String, [Int32])])
  func `Merges apply by rank within words`(text: String, ids: [Int32]) throws {
    let tokenizer = try Tokenizer(tokenizerJSON: SmallTokenizer().json)
    #expect(try tokenizer.encode(text) == ids)
  }

  @Test func `Special tokens are text unless parsed`() throws {
    let json = SmallTokenizer().with(
      "added_tokens",
      [SmallTokenizer.added("<s>", 9, special: true), SmallTokenizer.added("cab", 10)]
    ).json
    let tokenizer = try Tokenizer(tokenizerJSON: json)
    #expect(try tokenizer.encode("a<s>bcab") == [0, 1, 10])
    #expect(try tokenizer.encode("a<s>bcab", parsingSpecial: true) == [0, 9, 1, 10])
  }

  @Test func `Added tokens are found leftmost, then longest`() throws {
    let json = SmallTokenizer().with(
      "added_tokens",
      [
        SmallTokenizer.added("ab", 4), SmallTokenizer.added("abca", 9),
        SmallTokenizer.added("bcc", 10), SmallTokenizer.added("cc", 11, "lstrip", "rstrip"),
        SmallTokenizer.added("b", 1, "single_word"),
      ]
    ).json
    let tokenizer = try Tokenizer(tokenizerJSON: json)
    #expect(try tokenizer.encode("abcab") == [9, 1])
    #expect(try tokenizer.encode("abcc") == [4, 11])
    #expect(try tokenizer.encode("bcc") == [10])
    #expect(try tokenizer.encode("a \u{2003}cc\n a") == [0, 11, 0])
  }

  @Test func `White space that one added token strips is lost to the next`() throws {
    let json = SmallTokenizer().with(
      "added_tokens",
      [SmallTokenizer.added("<x>", 9, "rstrip"), SmallTokenizer.added("  ", 10, "lstrip")]
    ).json
    let tokenizer = try Tokenizer(tokenizerJSON: json)
    #expect(try tokenizer.encode("a<x>  b") == [0, 9, 1])
    #expect(try tokenizer.encode("a  b<x>") == [0, 10, 1, 9])
  }

  @Test func `Canonically equivalent tokens are different tokens`() throws {
    let json = SmallTokenizer().with(
      "added_tokens",
      [SmallTokenizer.added("é", 9), SmallTokenizer.added("e\u{301}", 10)]
    ).json
    let tokenizer = try Tokenizer(tokenizerJSON: json)
    #expect(try tokenizer.encode("aée\u{301}") == [0, 9, 10])
    #expect(tokenizer.id(of: "é") == 9)
    #expect(tokenizer.id(of: "e\u{301}") == 10)
  }

  @Test func `Tokens are known by content, id and bytes`() throws {
    let tokenizer = try Tokenizer(tokenizerJSON: SmallTokenizer().json)
    #expect(tokenizer.vocabularySize == 10)
    #expect(tokenizer.kind == "byte-level BPE")
    #expect(tokenizer.id(of: "Ġab") == 6)
    #expect(tokenizer.id(of: "<s>") == 9)
    #expect(tokenizer.id(of: " ab") == nil)
    #expect(tokenizer.bytes(of: 6) == Array(" ab".utf8))
    #expect(tokenizer.bytes(of: 7) == [0xC3])
    #expect(tokenizer.bytes(of: 9) == Array("<s>".utf8))
    #expect(tokenizer.bytes(of: 10) == nil)
    #expect(tokenizer.bytes(of: -1) == nil)
  }

  static let postProcessors: [(JSONValue, Int32?)] = [
    (.null, nil),
    (["type": "ByteLevel", "add_prefix_space": true], nil),
    (["type": "TemplateProcessing", "single": []], nil),
    (
      [
        "type": "TemplateProcessing",
        "single": [["Sequence": ["id": "A"]], ["SpecialToken": ["id": "<s>"]]],
      ], nil
    ),
    (template, 9),
    (["type": "Sequence", "processors": [["type": "ByteLevel"], template]], 9),
    (["type": "Sequence", "processors": [template, ["type": "ByteLevel"]]], 9),
    (["type": "BertProcessing", "sep": ["a", 0], "cls": ["<s>", 9]], 9),
    (["type": "RobertaProcessing", "sep": ["a", 0], "cls": ["a", 0]], 0),
  ]
  static let template: JSONValue = [
    "type": "TemplateProcessing",
    "single": [["SpecialToken": ["id": "<s>", "type_id": 0]], ["Sequence": ["id": "A"]]],
  ]

  @Test(arguments: postProcessors)
  func `The post-processor tells the leading special token`(
    processor: JSONValue, id: Int32?
  ) throws {
    let json = SmallTokenizer().with("post_processor", processor).json
    #expect(try Tokenizer(tokenizerJSON: json).leadingSpecialToken == id)
  }

  @Test(.timeLimit(.minutes(10)))
  func `A long word takes no quadratic time`() throws {
    let tokenizer = try Tokenizer(tokenizerJSON: SmallTokenizer().json)
    let word = String(repeating: "abc", count: 1_000_000)
    #expect(try tokenizer.encode(word).count == 1_000_000)
  }
}
