/// Search for a byte sequence in time proportional to the text.
enum ByteSearch {
  /// Length up to which comparing at every place is faster than a table.
  private static let shortest = 8

  /// Calls `body` with every match, from the left and without overlaps.
  static func forEachMatch<Failure: Error>(
    of pattern: [UInt8], in text: Span<UInt8>, _ body: (Range<Int>) throws(Failure) -> Void
  ) throws(Failure) {
    guard pattern.count <= text.count else { return }
    guard pattern.count > shortest else {
      var index = 0
      while index <= text.count - pattern.count {
        if text[index] == pattern[0], text.holds(pattern, at: index) {
          try body(index..<index + pattern.count)
          index += pattern.count
        } else {
          index += 1
        }
      }
      return
    }
    // Knuth, Morris and Pratt: how much of the pattern still matches after a mismatch.
    let borders = Self.borders(of: pattern)
    var matched = 0
    for index in text.indices {
      while matched > 0, text[index] != pattern[matched] { matched = borders[matched - 1] }
      if text[index] == pattern[matched] { matched += 1 }
      guard matched == pattern.count else { continue }
      try body(index + 1 - matched..<index + 1)
      matched = 0
    }
  }

  /// Length of the longest proper prefix of each prefix that is also its suffix.
  private static func borders(of pattern: [UInt8]) -> [Int] {
    var borders = [Int](repeating: 0, count: pattern.count)
    var matched = 0
    for index in 1..<pattern.count {
      while matched > 0, pattern[index] != pattern[matched] { matched = borders[matched - 1] }
      if pattern[index] == pattern[matched] { matched += 1 }
      borders[index] = matched
    }
    return borders
  }
}
