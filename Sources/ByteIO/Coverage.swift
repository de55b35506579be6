/// Which bytes of a whole have been given, so that none is missing and none comes twice.
package struct Coverage: Sendable {
  /// The bytes that are on the disk.
  package var written = 0
  /// What has been given: disjoint, in order, and neighbours joined.
  private var ranges: [Range<Int>] = []

  package init() {}

  /// Takes a range that is not empty; false if a byte of it was given before.
  package mutating func reserve(_ range: Range<Int>) -> Bool {
    var index = ranges.endIndex
    // Parts mostly come in order: the search starts at the end.
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
