import Foundation
import JSON
import TestSupport
import Testing
import Tokenizers

/// Conversion of `tokenizer.json` to the metadata of a GGUF file.
@Suite struct GGUFVocabularyJSONTests {
  /// Kinds of byte-level tokenizers, with llama.cpp's names for them.
  static let names = [
    ("llama-3", "llama-bpe"), ("olmo2", "dbrx"), ("qwen2", "qwen2"), ("tekken", "tekken"),
    ("gpt-4o", "gpt-4o"), ("gpt2", "gpt-2"), ("gpt-neox", "gpt-2"), ("starcoder2", "starcoder"),
  ]

  @Test(arguments: names)
  func `Byte-level tokenizers keep their tokens`(family: String, name: String) throws {
    let json = try FamilyPeerTests.train(family)
    let tokenizer = try Tokenizer(tokenizerJSON: json)
    let file = try GGUFVocabulary(
      tokenizerJSON: json, count: tokenizer.vocabularySize + 2)
    #expect(file.model == "gpt2" && file.preTokenizer == name && file.scores == nil)
    #expect(file.tokens.count == tokenizer.vocabularySize + 2)
    #expect(file.types?.suffix(2) == [5, 5])
    #expect(file.tokens.last == Array("[PAD\(file.tokens.count - 1)]".utf8))
    let restored = try Tokenizer(file)
    // llama.cpp's pattern of that name is another than the model's.
    guard !["tekken", "gpt-4o"].contains(name) else { return }
    var generator = TextGenerator(seed: 21)
    // Without tokens whose properties such a file cannot express, and without text that NFC
    // changes.
    let isComposed = ["qwen2", "gpt-neox"].contains(family)
    for _ in 0..<1000 {
      let text = String(
        String.UnicodeScalarView(
          generator.text().unicodeScalars.filter {
            $0 != "<" && $0 != "É" && (!isComposed || $0.isASCII)
          }))
      #expect(try restored.encode(text) == tokenizer.encode(text), "\(Array(text.utf8))")
    }
  }

  @Test(arguments: [("bert", true), ("bert-cased", false)])
  func `WordPiece keeps its tokens`(family: String, lowercases: Bool) throws {
    let json = try FamilyPeerTests.train(family)
    let tokenizer = try Tokenizer(tokenizerJSON: json)
    let file = try GGUFVocabulary(tokenizerJSON: json, count: tokenizer.vocabularySize + 1)
    #expect(file.model == "bert" && file.merges == nil && file.lowercases == lowercases)
    #expect(file.types?.last == 5 && file.endID != nil && file.addsEnd)
    let restored = try Tokenizer(file)
    var generator = TextGenerator(seed: 24)
    for _ in 0..<1000 {
      // Without added tokens, which such a file finds inside words too.
      let text = String(
        String.UnicodeScalarView(generator.text().unicodeScalars.filter { $0 != "[" && $0 != "<" }))
      #expect(try restored.encode(text) == tokenizer.encode(text), "\(Array(text.utf8))")
    }
  }

  @Test(arguments: ["prepend", "legacy", "gemma", "metaspace-first", "metaspace-always"])
  func `SentencePiece's tokenizers keep their tokens`(form: String) throws {
    let model = try SentencePiecePeerTests.llama.get()
    let json = try python([Peer.sentencePiece, "json", form], input: model)
    let tokenizer = try Tokenizer(tokenizerJSON: json)
    let file = try GGUFVocabulary(tokenizerJSON: json, count: tokenizer.vocabularySize)
    #expect(file.model == "llama" && file.preTokenizer == "default" && file.merges == nil)
    #expect(file.addsSpacePrefix == (form != "gemma"))
    let restored = try Tokenizer(file)
    var generator = TextGenerator(seed: 22)
    for _ in 0..<1000 {
      // Without added tokens, which such a file treats as words together with their spaces.
      let words = generator.text().unicodeScalars.filter { $0 != "<" && $0 != "▁" }
        .split(separator: " ")
      let text = String(String.UnicodeScalarView(words.joined(separator: [" "])))
      #expect(try restored.encode(text) == tokenizer.encode(text), "\(Array(text.utf8))")
    }
  }

  @Test func `Scores are those of SentencePiece's own file where it is there`() throws {
    let model = try SentencePiecePeerTests.llama.get()
    let object = try #require(JSONScanner.scan(model).object)
    let encoded = try #require(object["model"]?.string)
    let pieces = Array(try #require(Data(base64Encoded: encoded)))
    let json = try python([Peer.sentencePiece, "json", "plain"], input: model)
    let expected = try GGUFVocabulary(
      metadata: python([Peer.sentencePiece, "gguf"], input: model))
    let file = try GGUFVocabulary(
      tokenizerJSON: json, sentencePiece: pieces, count: expected.tokens.count)
    let types = try #require(file.types)
    #expect(file.tokens == expected.tokens && types == expected.types)
    for (id, type) in types.enumerated() where type == 1 {
      #expect(file.scores?[id] == expected.scores?[id])
    }
    var numbers = RandomNumbers(seed: 23)
    for length in [0, 1, pieces.count / 2, pieces.count - 1] {
      #expect(throws: TokenizerError.self) {
        _ = try GGUFVocabulary(
          tokenizerJSON: json, sentencePiece: Array(pieces.prefix(length)), count: 4096)
      }
    }
    for _ in 0..<200 {
      // A damaged file is refused or read, but never traps.
      var damaged = pieces
      for _ in 0..<4 { damaged[Int.random(in: damaged.indices, using: &numbers)] ^= 0x81 }
      _ = try? GGUFVocabulary(tokenizerJSON: json, sentencePiece: damaged, count: 4096)
    }
  }

  @Test(arguments: ["t5", "unigram-bytes", "characters", "deepseek", "inverted-isolated"])
  func `What has no counterpart is refused by name`(family: String) throws {
    let json = try FamilyPeerTests.train(family)
    let error = #expect(throws: TokenizerError.self) {
      _ = try GGUFVocabulary(tokenizerJSON: json, count: 1 << 16)
    }
    guard case .inexpressible = try #require(error) else {
      Issue.record("\(family): \(String(describing: error))")
      return
    }
  }

  @Test(arguments: ["metaspace-first-split", "metaspace-underscore", "whole-words"])
  func `Other treatments of spaces are refused`(form: String) throws {
    let model = try SentencePiecePeerTests.llama.get()
    let json = try python([Peer.sentencePiece, "json", form], input: model)
    #expect(throws: TokenizerError.self) {
      _ = try GGUFVocabulary(tokenizerJSON: json, count: 4096)
    }
  }

  @Test func `Tokens beyond the embedding are refused`() throws {
    let json = try fixture("fixtures/tiny-llama/tokenizer.json")
    #expect(throws: TokenizerError.idOutsideVocabulary(path: "added_tokens", id: 1023, count: 9)) {
      _ = try GGUFVocabulary(tokenizerJSON: json, count: 9)
    }
  }
}
