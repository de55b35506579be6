/// Tokens of a `tokenizer.json` by id, as a GGUF file lists them.
struct VocabularyPieces {
  private let vocabulary: Vocabulary
  private let added: [Int32: AddedToken]

  /// Throws if a token's id is none of `count` tokens.
  init(_ vocabulary: Vocabulary, added: [AddedToken], count: Int) throws(TokenizerError) {
    self.vocabulary = vocabulary
    self.added = Dictionary(added.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    let highestID = max(vocabulary.highestID, added.map(\.id).max() ?? -1)
    guard highestID < count else {
      throw .idOutsideVocabulary(path: "added_tokens", id: Int(highestID), count: count)
    }
  }

  /// Content of a token of the model's vocabulary, without added tokens.
  func content(of id: Int32) -> [UInt8] { vocabulary.content(of: id) ?? [] }

  /// Contents of the first `count` tokens, with placeholders for missing ones.
  func contents(count: Int) -> [[UInt8]] {
    (0..<Int32(count)).map { id in
      guard let token = added[id] else {
        return vocabulary.content(of: id) ?? Array("[PAD\(id)]".utf8)
      }
      // User-defined tokens are matched in the original text.
      return Self.isControl(token)
        ? token.content
        : Normalizer.replace(SentencePieceBPE.space, with: [0x20], in: token.content)
    }
  }

  /// Kinds of the first `count` tokens, as numbered in `tokenizer.ggml.token_type`.
  func kinds(count: Int, unknownID: Int32?, hasBytes: Bool) -> [Int] {
    let bytes = Set((0...UInt8.max).map { SentencePieceBPE.content(ofByte: $0) })
    return (0..<Int32(count)).map { id in
      let kind: GGUFTokens.Kind
      if id == unknownID {
        kind = .unknown
      } else if let token = added[id] {
        kind = Self.isControl(token) ? .control : .userDefined
      } else if let content = vocabulary.content(of: id) {
        kind = hasBytes && bytes.contains(content) ? .byte : .normal
      } else {
        kind = .unused
      }
      return kind.rawValue
    }
  }

  /// Whether a token controls the model; some show it only by their spelling.
  private static func isControl(_ token: AddedToken) -> Bool {
    let text = String(decoding: token.content, as: UTF8.self)
    let frames = [("<|", "|>"), ("<｜", "｜>"), ("<unused", ">")]
    return token.isSpecial || ["<pad>", "<mask>", "<2mass>", "[@BOS@]"].contains(text)
      || frames.contains { text.hasPrefix($0.0) && text.hasSuffix($0.1) }
  }
}
