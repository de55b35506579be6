/// Text to token ids, as the `tokenizers` and `sentencepiece` libraries do it without adding special
/// tokens.
///
/// The truncation and padding that a file may ask for are for batches of a neural network's input
/// and do not apply here.
package struct Tokenizer: Sendable {
  /// What kind of tokenizer it is, for people to read.
  package var kind: String { type(of: model).kind }
  /// The highest id and one, added tokens included.
  package let vocabularySize: Int
  /// The special token that the post-processor, or the metadata of a GGUF file, puts before a text.
  package let leadingSpecialToken: Int32?

  let normalizer: Normalizer?
  let preTokenizer: PreTokenizer
  let model: any SubwordModel
  let addedTokens: Vocabulary
  /// Finds added tokens in the text as it came.
  let verbatimMatcher: AddedTokenMatcher
  /// Finds the other added tokens in normalized text.
  let normalizedMatcher: AddedTokenMatcher

  /// The tokens of a text; special tokens written in it are text unless `parsingSpecial`.
  ///
  /// - Throws: that a pattern of the tokenizer has too many ways to match the text.
  package func encode(
    _ text: String, parsingSpecial: Bool = false
  ) throws(TokenizerError) -> [Int32] {
    let bytes = Array(text.utf8)
    var ids: [Int32] = []
    var merger = SymbolMerger()
    for segment in verbatimMatcher.segments(of: bytes.span, parsingSpecial: parsingSpecial) {
      switch segment {
      case .token(let id): ids.append(id)
      case .text(let range):
        if let normalizer {
          let normalized = try normalizer.normalize(Array(bytes[range]))
          try encode(
            normalized.span, isFirst: range.lowerBound == 0, parsingSpecial, with: &merger,
            into: &ids)
        } else {
          try encode(
            bytes.span.extracting(range), isFirst: range.lowerBound == 0, parsingSpecial,
            with: &merger, into: &ids)
        }
      }
    }
    return ids
  }

  private func encode(
    _ normalized: Span<UInt8>, isFirst: Bool, _ parsingSpecial: Bool,
    with merger: inout SymbolMerger, into ids: inout [Int32]
  ) throws(TokenizerError) {
    // A local name: the closure below would copy all of the tokenizer for every word.
    let model = model
    for segment in normalizedMatcher.segments(of: normalized, parsingSpecial: parsingSpecial) {
      switch segment {
      case .token(let id): ids.append(id)
      case .text(let range):
        try preTokenizer.forEachWord(
          in: normalized.extracting(range), isFirst: isFirst && range.lowerBound == 0
        ) { (word) throws(TokenizerError) in
          model.encode(word, with: &merger, into: &ids)
        }
      }
    }
  }

  /// The id of the token with exactly this content: an added token, else one of the vocabulary.
  package func id(of content: String) -> Int32? {
    let bytes = Array(content.utf8)
    return addedTokens.id(of: bytes) ?? model.vocabulary.id(of: bytes)
  }

  /// What a token stands for; not always whole characters.
  package func bytes(of id: Int32) -> [UInt8]? {
    // Added tokens are written as text, not in the characters that stand for bytes.
    if let content = addedTokens.content(of: id) { return content }
    return model.bytes(of: id)
  }
}
