/// A regular expression of a tokenizer, ready to be looked for.
///
/// A class, because a copy for every piece of a text would count a reference for each of its parts.
final class Pattern: Sendable, Equatable {
  let source: String
  private let program: PatternProgram

  /// The pattern that `source` writes, or `node`, where that says it otherwise.
  init(_ source: String, _ node: PatternNode? = nil) throws(PatternError) {
    self.source = source
    let parsed = if let node { node } else { try PatternParser.parse(source) }
    program = try PatternProgram(parsed)
  }

  /// Calls `body` with every match and all that is between, in order.
  ///
  /// - Throws: that the pattern has too many ways to match the text, and what `body` throws.
  func forEachSegment(
    of text: Span<UInt8>,
    _ body: (_ range: Range<Int>, _ isMatch: Bool) throws(TokenizerError) -> Void
  ) throws(TokenizerError) {
    var matcher = PatternMatcher(program, textLength: text.count)
    var covered = 0
    var start = 0
    var lastEnd: Int?
    while let match = matcher.firstMatch(from: start, in: text) {
      guard !match.isEmpty || match.lowerBound != lastEnd else {
        // Nothing, right behind a match, is no match.
        guard start < text.count else { break }
        start += text.lengthOfScalar(at: start)
        continue
      }
      lastEnd = match.upperBound
      if covered < match.lowerBound { try body(covered..<match.lowerBound, false) }
      try body(match, true)
      covered = match.upperBound
      start = covered
    }
    guard !matcher.isExhausted else { throw .endlessPattern(source) }
    if covered < text.count { try body(covered..<text.count, false) }
  }

  static func == (lhs: Pattern, rhs: Pattern) -> Bool { lhs.source == rhs.source }
}
