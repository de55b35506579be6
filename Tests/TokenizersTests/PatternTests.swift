import JSON
import Testing
import Tokenizers

/// Invalid patterns, and patterns that take too many steps.
@Suite struct PatternTests {
  func tokenizer(_ pattern: String) throws -> Tokenizer {
    let split: JSONValue = [
      "type": "Split", "pattern": ["Regex": .string(pattern)], "behavior": "Isolated",
    ]
    let steps: JSONValue = [
      "type": "Sequence",
      "pretokenizers": [
        split, ["type": "ByteLevel", "add_prefix_space": false, "use_regex": false],
      ],
    ]
    return try Tokenizer(tokenizerJSON: SmallTokenizer().with("pre_tokenizer", steps).json)
  }

  static let refused = [
    ("a)", "\")\" at character 1"),
    ("(a", "a group without closing parenthesis at character 2"),
    ("[a", "a set without closing bracket at character 2"),
    ("[]a]", "\"]\" in a set at character 1"),
    ("[b-a]", "a range at character 4"),
    ("[[:alpha:]]", "\"[\" in a set at character 1"),
    ("*a", "\"*\" with nothing before it at character 0"),
    ("{2}", "\"{\" with nothing before it at character 3"),
    ("a\\", "an unexpected end at character 2"),
    (#"(a)\1"#, #""\1" at character 4"#),
    (#"\R"#, #""\R" at character 1"#),
    (#"\p{Hun}"#, #"the property \p{Hun} at character 2"#),
    (#"\pL"#, "a property without braces at character 2"),
    (#"\x{110000}"#, "this character number at character 10"),
    ("(?<n>a)", "the group (?<n at character 1"),
    ("(?x:a)", "the group (?x: at character 1"),
    ("(a*)*", "a repetition of a possibly empty match at character 5"),
    ("a????????", "a repetition of a repetition of a repetition at character 9"),
    ("a{5000}", "a repetition of 5000 at character 7"),
    ("a{3,2}", "a repetition of 3 to 2 at character 6"),
    ("(?i:é)", "a case-insensitive character outside ASCII at character 5"),
    ("(?i:ss)", "case-insensitive \"ss\" at character 5"),
    ("(?:ab){999}{999}", "a pattern of more than 16384 steps"),
  ]

  @Test(arguments: refused)
  func `A pattern that is not known is refused with its place`(
    pattern: String, reason: String
  ) throws {
    #expect(
      throws: TokenizerError.pattern(
        path: "pre_tokenizer.pretokenizers[0].pattern.Regex", reason: reason)
    ) { try tokenizer(pattern) }
  }

  @Test func `A group deeper than any is refused`() throws {
    let deep = String(repeating: "(", count: 100_000)
    #expect(throws: TokenizerError.self) { try tokenizer(deep) }
  }

  @Test(.timeLimit(.minutes(10)), arguments: ["(a|a)+b", "(?:a+)+b", "(a|aa)+?b", "a*a*a*a+b"])
  func `A pattern with too many ways is given up`(pattern: String) throws {
    let tokenizer = try tokenizer(pattern)
    #expect(throws: TokenizerError.endlessPattern(pattern)) {
      try tokenizer.encode(String(repeating: "a", count: 2000))
    }
    #expect(try tokenizer.encode("abcab") == [4, 2, 4])
  }

  @Test(.timeLimit(.minutes(10)))
  func `A normalizer that makes texts grow is given up`() throws {
    let replace: JSONValue = [
      "type": "Replace", "pattern": ["String": "a"],
      "content": .string(String(repeating: "a", count: 100)),
    ]
    let steps: JSONValue = [
      "type": "Sequence", "normalizers": .array(Array(repeating: replace, count: 20)),
    ]
    let tokenizer = try Tokenizer(
      tokenizerJSON: SmallTokenizer().with("normalizer", steps).json)
    #expect(try tokenizer.encode("b") == [1])
    #expect(throws: TokenizerError.overgrown(limit: 4096 + 16)) { try tokenizer.encode("a") }
  }

  @Test func `What is refused is named, without options of the command line`() throws {
    let error = #expect(throws: TokenizerError.self) { try tokenizer("(?<n>a)") }
    let text = try #require(error?.description)
    #expect(text.hasSuffix("is not supported in a pattern") && !text.contains("--"))
  }
}
