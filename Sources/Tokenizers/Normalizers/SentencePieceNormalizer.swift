/// Normaliser of SentencePiece, with a space before a text and "▁" for spaces, as in llama.cpp.
struct SentencePieceNormalizer: Sendable {
  private let replacements: PrecompiledNormalizer?
  /// Tokens that are kept as they are.
  private let kept: StartingMatches
  private let addsSpacePrefix: Bool
  /// Whether runs of spaces become one, and those at the ends none.
  private let joinsSpaces: Bool

  init(
    replacements: PrecompiledNormalizer?, kept: [[UInt8]], addsSpacePrefix: Bool,
    joinsSpaces: Bool
  ) {
    self.replacements = replacements
    self.kept = StartingMatches(kept.filter { !$0.isEmpty }.map { ($0, 0) })
    self.addsSpacePrefix = addsSpacePrefix
    self.joinsSpaces = joinsSpaces
  }

  func normalize(_ text: [UInt8], limit: Int) throws(TokenizerError) -> [UInt8] {
    var normalized: [UInt8] = []
    normalized.reserveCapacity(text.count + SentencePieceBPE.space.count)
    var hasPrefix = false
    var isInWord = false
    func append(_ bytes: ArraySlice<UInt8>) {
      for byte in bytes {
        if byte == 0x20 {
          isInWord = false
          if !joinsSpaces { normalized += SentencePieceBPE.space }
          continue
        }
        if !isInWord {
          isInWord = true
          if joinsSpaces || (addsSpacePrefix && !hasPrefix) {
            normalized += SentencePieceBPE.space
            hasPrefix = true
          }
        }
        normalized.append(byte)
      }
    }
    var matches = kept.find(in: text.span)
    var index = 0
    while index < text.count {
      while let match = matches.last, match.start < index { matches.removeLast() }
      if let match = matches.last, match.start == index {
        append(text[index..<index + match.length])
        index += match.length
      } else if let (replacement, length) = replacements?.longestReplacement(text[index...]) {
        append(replacement)
        index += length
      } else {
        let length = text.span.lengthOfScalar(at: index)
        append(text[index..<index + length])
        index += length
      }
      guard normalized.count <= limit else { throw .overgrown(limit: limit) }
    }
    return normalized
  }
}
