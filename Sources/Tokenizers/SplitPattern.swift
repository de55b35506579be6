/// Pattern at which a text is split.
enum SplitPattern: Sendable, Equatable {
  case text([UInt8])
  case pattern(Pattern)
  /// Every scalar of a set, each a match of its own.
  case scalars(ScalarSet)

  /// Treatment of matches.
  enum Behavior: String {
    case isolated = "Isolated"
    case removed = "Removed"
    case mergedWithPrevious = "MergedWithPrevious"
    case mergedWithNext = "MergedWithNext"
    /// Adjacent matches become one piece.
    case contiguous = "Contiguous"

    /// Whether a piece ends between two segments, given which of them are matches.
    fileprivate func cuts(after previous: Bool, before next: Bool) -> Bool {
      switch self {
      case .isolated, .removed: true
      case .mergedWithPrevious: previous || !next
      case .mergedWithNext: !previous || next
      case .contiguous: previous != next
      }
    }
  }

  /// Calls `body` with every piece of a text, in order; `inverts` swaps matches and gaps.
  func forEachPiece(
    of text: Span<UInt8>, _ behavior: Behavior, inverts: Bool,
    _ body: (Range<Int>) throws(TokenizerError) -> Void
  ) throws(TokenizerError) {
    var start = 0
    var end = 0
    var wasMatch: Bool?
    try forEachSegment(of: text) { (range, isMatch) throws(TokenizerError) in
      let isMatch = isMatch != inverts
      if let wasMatch, behavior.cuts(after: wasMatch, before: isMatch) {
        if start < end, !(wasMatch && behavior == .removed) { try body(start..<end) }
        start = range.lowerBound
      }
      end = range.upperBound
      wasMatch = isMatch
    }
    if start < end, !(wasMatch == true && behavior == .removed) { try body(start..<end) }
  }

  /// Calls `body` with every match and every gap between matches, in order.
  func forEachSegment(
    of text: Span<UInt8>,
    _ body: (_ range: Range<Int>, _ isMatch: Bool) throws(TokenizerError) -> Void
  ) throws(TokenizerError) {
    switch self {
    case .pattern(let pattern): try pattern.forEachSegment(of: text, body)
    case .text(let bytes):
      var covered = 0
      try ByteSearch.forEachMatch(of: bytes, in: text) { (range) throws(TokenizerError) in
        if covered < range.lowerBound { try body(covered..<range.lowerBound, false) }
        try body(range, true)
        covered = range.upperBound
      }
      if covered < text.count { try body(covered..<text.count, false) }
    case .scalars(let set):
      try forEachSegment(of: text, body) { index in
        if text[index] < 0x80 { return set.contains(ascii: text[index]) ? 1 : 0 }
        let (scalar, length) = text.scalar(at: index)
        return set.contains(scalar) ? length : 0
      }
    }
  }

  private func forEachSegment(
    of text: Span<UInt8>,
    _ body: (_ range: Range<Int>, _ isMatch: Bool) throws(TokenizerError) -> Void,
    lengthOfMatch: (Int) -> Int
  ) throws(TokenizerError) {
    var covered = 0
    var index = 0
    while index < text.count {
      let length = lengthOfMatch(index)
      guard length > 0 else {
        index += text.lengthOfScalar(at: index)
        continue
      }
      if covered < index { try body(covered..<index, false) }
      try body(index..<index + length, true)
      index += length
      covered = index
    }
    if covered < text.count { try body(covered..<text.count, false) }
  }
}

extension SplitPattern {
  /// Reads a member `pattern`: `{"String": …}` or `{"Regex": …}`.
  init(_ node: JSONNode) throws(TokenizerError) {
    let pattern = try node.required("pattern")
    if let source = try pattern.optional("Regex") {
      do {
        self = .pattern(try Pattern(source.string()))
      } catch let error as PatternError {
        throw .pattern(path: source.path, reason: error.reason)
      } catch let error as TokenizerError {
        throw error
      } catch {
        preconditionFailure("unexpected error: \(error)")
      }
      return
    }
    let plain = try pattern.required("String")
    let bytes = Array(try plain.string().utf8)
    guard !bytes.isEmpty else { throw .unsupported(path: plain.path, found: "an empty pattern") }
    self = .text(bytes)
  }
}
