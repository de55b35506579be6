import JSON
import TestSupport
import Testing
import Tokenizers

/// Our tokens against those of the `tokenizers` library.
@Suite struct PeerTests {
  static let script = packageRoot.appending(path: "Tests/TokenizersTests/encode_with_tokenizers.py")
    .path

  static let normalizing = ["nfc-digits", "nfd-lowercase-prefix"]
  static let variants =
    normalizing + [
      "prefix-per-piece", "one-word", "digits-of-bytes", "ignore-merges", "unknown",
      "unknown-fused", "dropped",
    ]

  func unicodeVersion(of variant: String) -> Int {
    Self.normalizing.contains(variant)
      ? TextGenerator.unicodeVersionOfNormalization : TextGenerator.unicodeVersionOfClasses
  }

  /// What the library makes of the texts.
  func peerEncode(
    _ texts: [String], tokenizerJSON: [UInt8], parsingSpecial: Bool
  ) throws -> [[Int32]] {
    let request: JSONValue = [
      "tokenizer": .string(String(decoding: tokenizerJSON, as: UTF8.self)),
      "texts": .array(texts.map { .string($0) }),
      "special": .bool(parsingSpecial),
    ]
    let output = try python([Self.script, "encode"], input: JSONWriter.write(request))
    let lists = try #require(try JSONScanner.scan(output).array)
    return try lists.map { list in
      try #require(list.array).map { Int32(try #require($0.int)) }
    }
  }

  func compare(_ texts: [String], tokenizerJSON: [UInt8], parsingSpecial: Bool) throws {
    let tokenizer = try Tokenizer(tokenizerJSON: tokenizerJSON)
    let expected = try peerEncode(
      texts, tokenizerJSON: tokenizerJSON, parsingSpecial: parsingSpecial)
    try #require(expected.count == texts.count)
    var differences = 0
    for (text, expected) in zip(texts, expected) {
      let found = tokenizer.encode(text, parsingSpecial: parsingSpecial)
      guard found != expected else { continue }
      differences += 1
      // A few say what is wrong; thousands would say no more.
      if differences <= 5 {
        let scalars = text.unicodeScalars.map { String($0.value, radix: 16) }
        Issue.record("\(text.debugDescription) (\(scalars)): \(found), peer \(expected)")
      }
    }
    #expect(differences == 0)
  }

  @Test(arguments: ["calibration.txt", "heldout.txt"])
  func `A whole text has the peer's tokens`(name: String) throws {
    let text = String(decoding: try fixture("fixtures/tiny-llama/\(name)"), as: UTF8.self)
    let json = try fixture("fixtures/tiny-llama/tokenizer.json")
    try compare([text], tokenizerJSON: json, parsingSpecial: false)
    try compare([text], tokenizerJSON: json, parsingSpecial: true)
  }

  @Test(arguments: [false, true])
  func `Random texts have the peer's tokens`(parsingSpecial: Bool) throws {
    var generator = TextGenerator(seed: 1)
    let texts = (0..<5000).map { _ in generator.text() }
    let json = try fixture("fixtures/tiny-llama/tokenizer.json")
    try compare(texts, tokenizerJSON: json, parsingSpecial: parsingSpecial)
  }

  @Test(arguments: variants)
  func `Another pipeline has the peer's tokens`(variant: String) throws {
    var generator = TextGenerator(seed: 2, unicodeVersion: unicodeVersion(of: variant))
    let texts = (0..<2000).map { _ in generator.text() }
    let base = try fixture("fixtures/tiny-llama/tokenizer.json")
    let json = try python([Self.script, "make", variant], input: base)
    try compare(texts, tokenizerJSON: json, parsingSpecial: false)
    try compare(texts, tokenizerJSON: json, parsingSpecial: true)
  }

  @Test(arguments: normalizing + ["prefix-per-piece"])
  func `Every character has the peer's tokens`(variant: String) throws {
    let texts = TextGenerator.everyScalar(unicodeVersion: unicodeVersion(of: variant))
    let base = try fixture("fixtures/tiny-llama/tokenizer.json")
    let json = try python([Self.script, "make", variant], input: base)
    try compare(texts, tokenizerJSON: json, parsingSpecial: false)
  }

  @Test func `Long words, which are merged by a queue, have the peer's tokens`() throws {
    var generator = TextGenerator(seed: 3)
    let letters = (0..<4000).flatMap { _ in
      generator.text().unicodeScalars.filter { $0.properties.isAlphabetic }
    }
    let words = ["a", "the", "ing", "thethe"].map { String(repeating: $0, count: 5000) }
    var scalars = String.UnicodeScalarView()
    scalars.append(contentsOf: letters)
    let json = try fixture("fixtures/tiny-llama/tokenizer.json")
    try compare(words + [String(scalars)], tokenizerJSON: json, parsingSpecial: false)
  }
}
