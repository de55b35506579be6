import JSON
import TestSupport
import Testing
import Tokenizers

/// Our tokens compared with those of the `tokenizers` library.
@Suite struct PeerTests {
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

  func compare(_ texts: [String], tokenizerJSON: [UInt8], parsingSpecial: Bool) throws {
    try expectTokens(
      of: texts, by: try Tokenizer(tokenizerJSON: tokenizerJSON), parsingSpecial: parsingSpecial,
      equal: try peerEncode(texts, tokenizerJSON: tokenizerJSON, parsingSpecial: parsingSpecial))
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
    let json = try python([Peer.tokenizers, "make", variant], input: base)
    try compare(texts, tokenizerJSON: json, parsingSpecial: false)
    try compare(texts, tokenizerJSON: json, parsingSpecial: true)
  }

  @Test(arguments: normalizing + ["prefix-per-piece"])
  func `Every character has the peer's tokens`(variant: String) throws {
    let texts = TextGenerator.everyScalar(unicodeVersion: unicodeVersion(of: variant))
    let base = try fixture("fixtures/tiny-llama/tokenizer.json")
    let json = try python([Peer.tokenizers, "make", variant], input: base)
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
