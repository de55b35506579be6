/// Finds added tokens in a text: leftmost first, the longest at each position.
struct AddedTokenMatcher: Sendable {
  /// Added token, or text between added tokens.
  enum Segment: Equatable {
    case token(Int32)
    case text(Range<Int>)
  }

  private let tokens: [AddedToken]
  private let patterns: StartingMatches

  /// - Parameter tokens: tokens with their patterns; the first token of a pattern wins.
  init(_ tokens: [(token: AddedToken, pattern: [UInt8])]) {
    let tokens = tokens.filter { !$0.pattern.isEmpty }
    self.tokens = tokens.map(\.token)
    patterns = StartingMatches(tokens.enumerated().map { ($1.pattern, Int32($0)) })
  }

  /// Splits a text at its added tokens; special ones stay text unless `parsingSpecial`.
  func segments(of text: Span<UInt8>, parsingSpecial: Bool) -> [Segment] {
    var segments: [Segment] = []
    var covered = 0
    var index = 0
    /// End of the white space that was last looked at.
    var spaceEnd = 0
    for match in patterns.find(in: text).reversed() where match.start >= index {
      let token = tokens[Int(match.number)]
      var (start, end) = (match.start, match.start + match.length)
      // Rejected matches are skipped as a whole too, as in `tokenizers`.
      index = end
      if token.isSpecial && !parsingSpecial { continue }
      if token.isSingleWord,
        Self.wordEnds(at: start, in: text) || Self.wordStarts(at: end, in: text)
      {
        continue
      }
      if token.stripsLeft {
        while start > covered, Self.isSpace(text.scalar(before: start).scalar) {
          start -= text.scalar(before: start).length
        }
      }
      if token.stripsRight {
        end = max(end, spaceEnd)
        while end < text.count, Self.isSpace(text.scalar(at: end).scalar) {
          end += text.scalar(at: end).length
        }
        spaceEnd = end
      }
      // White space that an earlier token took is gone; nothing is left of a token of it.
      if token.stripsLeft { start = max(start, covered) }
      guard start < end else { continue }
      if covered < start { segments.append(.text(covered..<start)) }
      segments.append(.token(token.id))
      covered = end
    }
    if covered < text.count { segments.append(.text(covered..<text.count)) }
    return segments
  }

  private static func wordEnds(at index: Int, in text: Span<UInt8>) -> Bool {
    index > 0 && isWord(text.scalar(before: index).scalar)
  }

  private static func wordStarts(at index: Int, in text: Span<UInt8>) -> Bool {
    index < text.count && isWord(text.scalar(at: index).scalar)
  }

  private static func isSpace(_ scalar: Unicode.Scalar) -> Bool { ScalarSet.space.contains(scalar) }

  private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    ScalarSet.standardWord.contains(scalar)
  }
}
