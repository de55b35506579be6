/// Record of the byte ranges written so far; detects missing bytes and bytes written twice.
package struct Coverage: Sendable {
  /// Number of bytes written to the file.
  package var written = 0
  /// Reserved ranges: disjoint, sorted, adjacent ones merged.
  private var ranges: [Range<Int>] = []

  package init() {}

  /// Reserves a non-empty range; false if part of it was reserved before.
  package mutating func reserve(_ range: Range<Int>) -> Bool {
    var index = ranges.endIndex
    // Ranges mostly arrive in order, so the search starts at the end.
    while index > 0, ranges[index - 1].lowerBound > range.lowerBound { index -= 1 }
    if index > 0, ranges[index - 1].upperBound > range.lowerBound { return false }
    if index < ranges.endIndex, ranges[index].lowerBound < range.upperBound { return false }
    var joined = range
    if index < ranges.endIndex, ranges[index].lowerBound == range.upperBound {
      joined = joined.lowerBound..<ranges.remove(at: index).upperBound
    }
    if index > 0, ranges[index - 1].upperBound == joined.lowerBound {
      ranges[index - 1] = ranges[index - 1].lowerBound..<joined.upperBound
    } else {
      ranges.insert(joined, at: index)
    }
    return true
  }
}
