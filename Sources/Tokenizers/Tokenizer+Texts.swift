/// Decoding of tokens to text for people to read.
extension Tokenizer {
  /// Texts of consecutive tokens; concatenated, they are the whole text.
  ///
  /// A character split over several tokens belongs to the token that completes it. Bytes that
  /// complete no character become U+FFFD.
  package func texts(of ids: [Int]) -> [String] {
    var texts: [String] = []
    var open: [UInt8] = []
    for id in ids {
      open += Int32(exactly: id).flatMap(bytes(of:)) ?? []
      let end = open.count - Self.unfinishedBytes(open[...])
      texts.append(String(decoding: open[..<end], as: UTF8.self))
      open.removeSubrange(..<end)
    }
    if !open.isEmpty { texts[texts.count - 1] += String(decoding: open, as: UTF8.self) }
    return texts
  }

  /// Text of a single token; nil if its bytes are not whole characters.
  package func text(of id: Int) -> String? {
    Int32(exactly: id).flatMap(bytes(of:)).flatMap { String(validating: $0, as: UTF8.self) }
  }

  /// Number of bytes at the end that begin an incomplete character.
  private static func unfinishedBytes(_ bytes: ArraySlice<UInt8>) -> Int {
    let tail = bytes.suffix(3)
    guard let start = tail.lastIndex(where: { $0 & 0xC0 != 0x80 }) else { return 0 }
    let length =
      switch tail[start] {
      case 0xC2...0xDF: 2
      case 0xE0...0xEF: 3
      case 0xF0...0xF4: 4
      default: 1
      }
    let found = tail.endIndex - start
    return found < length ? found : 0
  }
}
