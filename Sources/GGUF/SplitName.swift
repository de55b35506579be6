/// File name of a part of a split file: `PREFIX-00001-of-00003.gguf`.
struct SplitName {
  let prefix: String
  /// Number of this part, counted from 1.
  let part: Int
  let count: Int

  /// Parses a name; nil if it does not have this form.
  init?(_ name: String) {
    let bytes = Array(name.utf8)
    let length = "-00001-of-00001.gguf".utf8.count
    guard bytes.count > length else { return nil }
    let tail = bytes.suffix(length)
    func number(at offset: Int) -> Int? {
      let digits = tail.dropFirst(offset).prefix(5)
      guard digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
      return digits.reduce(0) { 10 * $0 + Int($1) - 0x30 }
    }
    guard let part = number(at: 1), let count = number(at: 10), part >= 1, part <= count,
      tail.elementsEqual(Self.ending(part: part, of: count).utf8)
    else { return nil }
    self.part = part
    self.count = count
    prefix = String(decoding: bytes.dropLast(length), as: UTF8.self)
  }

  /// Suffix of a part's file name.
  static func ending(part: Int, of count: Int) -> String {
    "-\(digits(part))-of-\(digits(count)).gguf"
  }

  private static func digits(_ number: Int) -> String {
    String(repeating: "0", count: max(0, 5 - "\(number)".count)) + "\(number)"
  }

  /// Whether both names belong to the same set.
  func isBeside(_ other: SplitName?) -> Bool {
    guard let other else { return false }
    return count == other.count && prefix.utf8.elementsEqual(other.prefix.utf8)
  }

  /// File names of all parts of the set.
  var all: [String] { (1...count).map { prefix + Self.ending(part: $0, of: count) } }
}
