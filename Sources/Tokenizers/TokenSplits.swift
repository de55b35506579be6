/// All splits of tokens into two other tokens.
///
/// Time is linear in the bytes of the tokens, plus n log n for sorting, however they overlap.
struct TokenSplits {
  /// Indices of a token and of its two parts.
  struct Split {
    let left: Int
    let right: Int
    let whole: Int
  }

  private let contents: [[UInt8]]
  /// Index of the longest other content that each begins with; negative for none.
  private let prefixes: [Int]
  private let suffixes: [Int]

  /// - Parameter contents: all distinct.
  init(_ contents: [[UInt8]]) {
    self.contents = contents
    prefixes = Self.longestPrefixes(contents)
    suffixes = Self.longestPrefixes(contents.map { $0.reversed() })
  }

  func forEach(_ body: (Split) throws(TokenizerError) -> Void) throws(TokenizerError) {
    var ends: [Int] = []
    for whole in contents.indices {
      ends.removeAll(keepingCapacity: true)
      var end = suffixes[whole]
      while end >= 0 {
        ends.append(end)
        end = suffixes[end]
      }
      // Left parts get shorter, so right parts get longer; the shortest is the last of `ends`.
      var start = prefixes[whole]
      while start >= 0 {
        let rest = contents[whole].count - contents[start].count
        while let end = ends.last, contents[end].count < rest { ends.removeLast() }
        if let end = ends.last, contents[end].count == rest {
          try body(Split(left: start, right: end, whole: whole))
        }
        start = prefixes[start]
      }
    }
  }

  private static func longestPrefixes(_ contents: [[UInt8]]) -> [Int] {
    var longest = Array(repeating: -1, count: contents.count)
    // In this order a content follows its prefixes, and only contents with the same prefix come
    // between.
    let order = contents.indices.sorted { contents[$0].lexicographicallyPrecedes(contents[$1]) }
    var prefixes: [Int] = []
    for index in order {
      while let last = prefixes.last, !contents[index].starts(with: contents[last]) {
        prefixes.removeLast()
      }
      longest[index] = prefixes.last ?? -1
      prefixes.append(index)
    }
    return longest
  }
}
