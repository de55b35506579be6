/// Compiled regular expression of a tokenizer.
///
/// A class, as copying a struct for every piece of a text would retain each of its parts.
final class Pattern: Sendable, Equatable {
  let source: String
  private let program: PatternProgram

  /// Compiles `source`, or `node` as its equivalent if given.
  init(_ source: String, _ node: PatternNode? = nil) throws(PatternError) {
    self.source = source
    let parsed = if let node { node } else { try PatternParser.parse(source) }
    program = try PatternProgram(parsed)
  }

  /// Calls `body` with every match and every gap between matches, in order.
  ///
  /// - Throws: ``TokenizerError`` if the pattern takes too many steps, and errors of `body`.
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
        // An empty match right after another match does not count.
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
