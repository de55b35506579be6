import JSON
import Testing
import Tokenizers

/// Decoding of tokens to text.
@Suite struct TextsTests {
  /// SentencePiece with all bytes as tokens: id 10 is the byte 0.
  private func tokenizer() throws -> Tokenizer {
    let pieces = ["<unk>", "<s>", "\u{2581}", "a", "\u{2581}a", "日"]
    let bytes = (0..<256).map { byte in
      let digits = String(byte, radix: 16, uppercase: true)
      return "<0x\(byte < 16 ? "0" : "")\(digits)>"
    }
    return try Tokenizer(
      GGUFVocabulary(
        model: "llama", tokens: (pieces + bytes).map { Array($0.utf8) },
        scores: [Float](repeating: -1, count: 262),
        types: [2, 3, 1, 1, 1, 1] + [Int](repeating: 6, count: 256), beginningID: 1))
  }

  private func texts(_ bytes: [Int]) throws -> [String] {
    try tokenizer().texts(of: bytes.map { $0 + 6 })
  }

  @Test func `a character stands with the token that completes it`() throws {
    #expect(try tokenizer().texts(of: [4, 3, 5]) == [" a", "a", "日"])
    #expect(try texts([0x61, 0xC3, 0xA9]) == ["a", "", "é"])
    #expect(try texts([0xF0, 0x9F, 0x98, 0x80, 0x62]) == ["", "", "", "\u{1F600}", "b"])
    #expect(try texts([0xE6, 0x97, 0xA5]) == ["", "", "日"])
  }

  @Test func `what completes nothing is replaced, and lost is nothing else`() throws {
    #expect(try texts([0xC3]) == ["\u{FFFD}"])
    #expect(try texts([0x61, 0xE6, 0x97]) == ["a", "", "\u{FFFD}"])
    #expect(try texts([0xC3, 0x61]) == ["", "\u{FFFD}a"])
    #expect(try texts([0xA9, 0x61]) == ["\u{FFFD}", "a"])
    #expect(try texts([0xFF]) == ["\u{FFFD}"])
    #expect(try tokenizer().texts(of: []) == [])
    #expect(try tokenizer().texts(of: [-1, 9999, Int.max, 3]) == ["", "", "", "a"])
  }

  @Test func `a token alone has a text if its bytes are whole characters`() throws {
    let tokenizer = try tokenizer()
    #expect(tokenizer.text(of: 4) == " a" && tokenizer.text(of: 6 + 0x41) == "A")
    #expect(tokenizer.text(of: 6 + 0xC3) == nil && tokenizer.text(of: 9999) == nil)
  }

  @Test func `tokens of words stand with the space before them`() throws {
    let model: JSONValue = [
      "type": "WordPiece", "vocab": ["[UNK]": 0, "play": 1, "##ing": 2, "a": 3],
      "unk_token": "[UNK]",
    ]
    let tokenizer = try Tokenizer(
      tokenizerJSON: SmallTokenizer().with("model", model).with("added_tokens", [])
        .with("pre_tokenizer", ["type": "BertPreTokenizer"]).json)
    let ids = try tokenizer.encode("a playing b").map(Int.init)
    #expect(ids == [3, 1, 2, 0])
    #expect(tokenizer.texts(of: ids) == [" a", " play", "ing", " [UNK]"])
  }
}
