/// From tokens back to text that people can read.
extension Tokenizer {
  /// The texts of consecutive tokens; one behind the other they are the text.
  ///
  /// A character whose bytes are in several tokens is the text of the one that completes it, and
  /// those before have nothing of it. Bytes that complete nothing become U+FFFD.
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

  /// The text of a token alone; nil where its bytes are not whole characters.
  package func text(of id: Int) -> String? {
    Int32(exactly: id).flatMap(bytes(of:)).flatMap { String(validating: $0, as: UTF8.self) }
  }

  /// How many bytes at the end may yet become a character.
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
