/// The pattern by which GPT-2, and most byte-level tokenizers after it, cut text into words.
///
///     's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
///
/// Written by hand: a regular expression engine would cost more than all the rest of encoding.
enum GPT2Pattern {
  /// The end of the word that starts at an index; every text is covered by such words.
  static func endOfWord(from start: Int, in text: Span<UInt8>) -> Int {
    if let end = endOfContraction(from: start, in: text) { return end }
    var index = start
    var (kind, length) = ScalarClass.at(index, in: text)
    if kind == .space {
      // Only the ASCII space joins the word after it.
      guard text[start] == 0x20, start + 1 < text.count else {
        return endOfSpace(from: start, in: text)
      }
      (kind, length) = ScalarClass.at(start + 1, in: text)
      guard kind != .space else { return endOfSpace(from: start, in: text) }
      index = start + 1
    }
    index += length
    while index < text.count {
      let next = ScalarClass.at(index, in: text)
      guard next.class == kind else { break }
      index += next.length
    }
    return index
  }

  /// A run of white space leaves its last character to the word after it, unless it is alone.
  private static func endOfSpace(from start: Int, in text: Span<UInt8>) -> Int {
    var index = start
    var last = start
    while index < text.count {
      let next = ScalarClass.at(index, in: text)
      guard next.class == .space else { return last > start ? last : index }
      last = index
      index += next.length
    }
    return index
  }

  private static func endOfContraction(from start: Int, in text: Span<UInt8>) -> Int? {
    guard text[start] == UInt8(ascii: "'"), start + 1 < text.count else { return nil }
    let second = start + 2 < text.count ? text[start + 2] : 0
    switch (text[start + 1], second) {
    case (UInt8(ascii: "s"), _), (UInt8(ascii: "t"), _), (UInt8(ascii: "m"), _),
      (UInt8(ascii: "d"), _):
      return start + 2
    case (UInt8(ascii: "r"), UInt8(ascii: "e")), (UInt8(ascii: "v"), UInt8(ascii: "e")),
      (UInt8(ascii: "l"), UInt8(ascii: "l")):
      return start + 3
    default:
      return nil
    }
  }
}
