/// Finds added tokens in a text: leftmost first, the longest at each position.
struct AddedTokenMatcher: Sendable {
  /// Added token, or text between added tokens.
  enum Segment: Equatable {
    case token(Int32)
    case text(Range<Int>)
  }

  private var tokens: [AddedToken] = []
  /// Indices into ``tokens``, by pattern.
  private var patterns = ByteTrie()
  private var startsToken = [Bool](repeating: false, count: 256)

  /// Adds a token that `pattern` matches; the first token of a pattern wins.
  mutating func insert(_ token: AddedToken, pattern: [UInt8]) {
    guard let first = pattern.first else { return }
    startsToken[Int(first)] = true
    if patterns.insert(pattern, Int32(tokens.count)) { tokens.append(token) }
  }

  /// Splits a text at its added tokens; special ones stay text unless `parsingSpecial`.
  func segments(of text: Span<UInt8>, parsingSpecial: Bool) -> [Segment] {
    var segments: [Segment] = []
    var covered = 0
    var index = 0
    while index < text.count {
      guard startsToken[Int(text[index])], let (token, matchEnd) = match(at: index, in: text)
      else {
        index += 1
        continue
      }
      var (start, end) = (index, matchEnd)
      // Rejected matches are skipped as a whole too, as in `tokenizers`.
      index = matchEnd
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
        while end < text.count, Self.isSpace(text.scalar(at: end).scalar) {
          end += text.scalar(at: end).length
        }
      }
      if covered < start { segments.append(.text(covered..<start)) }
      segments.append(.token(token.id))
      covered = end
    }
    if covered < text.count { segments.append(.text(covered..<text.count)) }
    return segments
  }

  /// Longest token that starts at an index, and its end.
  private func match(at start: Int, in text: Span<UInt8>) -> (AddedToken, end: Int)? {
    var longest: (AddedToken, end: Int)?
    patterns.forEachPrefix(of: text, from: start) { token, end in
      longest = (tokens[Int(token)], end)
    }
    return longest
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
