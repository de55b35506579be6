/// Numbers by sequences of bytes, to be found by what a text goes on with.
struct ByteTrie: Sendable {
  /// From a node and a byte to the next node.
  private var children: [UInt64: Int32] = [:]
  /// The number of the sequence that ends at a node; negative for none.
  private var numbers: [Int32] = [-1]

  /// Adds a sequence; false if it is there already.
  @discardableResult
  mutating func insert(_ bytes: some Sequence<UInt8>, _ number: Int32) -> Bool {
    var node: Int32 = 0
    for byte in bytes {
      let key = Self.key(node, byte)
      if let child = children[key] {
        node = child
      } else {
        let child = Int32(numbers.count)
        children[key] = child
        numbers.append(-1)
        node = child
      }
    }
    guard numbers[Int(node)] < 0 else { return false }
    numbers[Int(node)] = number
    return true
  }

  /// Calls `body` for every sequence that stands at an index of a text, the shortest first.
  func forEachPrefix(
    of text: Span<UInt8>, from start: Int, _ body: (_ number: Int32, _ end: Int) -> Void
  ) {
    var node: Int32 = 0
    for index in start..<text.count {
      guard let child = children[Self.key(node, text[index])] else { return }
      node = child
      if numbers[Int(node)] >= 0 { body(numbers[Int(node)], index + 1) }
    }
  }

  private static func key(_ node: Int32, _ byte: UInt8) -> UInt64 {
    UInt64(UInt32(bitPattern: node)) << 8 | UInt64(byte)
  }
}
