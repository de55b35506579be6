/// Reader of bits, lowest of a byte first; reads zeros past the end.
@unsafe struct BitReader {
  private let source: UnsafeBufferPointer<UInt8>
  /// Position in bits.
  private(set) var position = 0

  init(_ source: UnsafeBufferPointer<UInt8>) { unsafe self.source = source }

  var isPastEnd: Bool { unsafe position > 8 * source.count }

  /// Next bits, at most 16, without consuming them.
  func peek(_ count: Int) -> Int { unsafe peek(count, at: position) }

  func peek(_ count: Int, at position: Int) -> Int {
    var value = 0
    for offset in 0..<3 {
      let place = position / 8 + offset
      if unsafe place < source.count { value |= unsafe Int(source[place]) << (8 * offset) }
    }
    return value >> (position % 8) & (1 << count - 1)
  }

  mutating func skip(_ count: Int) { unsafe position += count }

  mutating func read(_ count: Int) -> Int {
    defer { unsafe skip(count) }
    return unsafe peek(count)
  }
}
