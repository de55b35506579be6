/// Tokenizer equivalent to the `tokenizers` and `sentencepiece` libraries.
///
/// Adds no special tokens. Ignores the truncation and padding of a file, which are meant for
/// batches of a neural network's input.
package struct Tokenizer: Sendable {
  /// Name of this kind of tokenizer, for people to read.
  package var kind: String { type(of: model).kind }
  /// Highest id plus one, added tokens included.
  package let vocabularySize: Int
  /// Special token that the post-processor, or the metadata of a GGUF file, puts before a text.
  package let leadingSpecialToken: Int32?

  let normalizer: Normalizer?
  let preTokenizer: PreTokenizer
  let model: any SubwordModel
  let addedTokens: Vocabulary
  /// Finds added tokens in the original text.
  let verbatimMatcher: AddedTokenMatcher
  /// Finds the other added tokens in normalised text.
  let normalizedMatcher: AddedTokenMatcher

  /// Encodes a text; special tokens written in it are text unless `parsingSpecial`.
  ///
  /// - Throws: ``TokenizerError`` if a pattern takes too many steps, or normalising makes the text
  ///   too long.
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
          let text = Array(bytes[range])
          let normalized = try normalizer.normalize(text)
          let isCut = try normalizer.stripsBeginning(of: text)
          try encode(
            normalized.span, isFirst: range.lowerBound == 0 && !isCut, parsingSpecial,
            with: &merger, into: &ids)
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
    // A local name, or else the closure below would copy the whole tokenizer for every word.
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

  /// Id of the token with exactly this content, an added token before one of the vocabulary.
  package func id(of content: String) -> Int32? {
    let bytes = Array(content.utf8)
    return addedTokens.id(of: bytes) ?? model.vocabulary.id(of: bytes)
  }

  /// Bytes of a token; not always whole characters.
  package func bytes(of id: Int32) -> [UInt8]? {
    // Added tokens are plain text, not characters that represent bytes.
    if let content = addedTokens.content(of: id) { return content }
    return model.bytes(of: id)
  }
}
