/// Trie from byte sequences to numbers, for prefix search in a text.
struct ByteTrie: Sendable {
  /// Child nodes, by node and byte.
  private var children = NodeTable()
  /// Number of the sequence that ends at each node; negative for none.
  private(set) var numbers: [Int32] = [-1]

  /// Adds a sequence; false if it is already present.
  @discardableResult
  mutating func insert(_ bytes: some Sequence<UInt8>, _ number: Int32) -> Bool {
    var node: Int32 = 0
    for byte in bytes {
      if let child = child(of: node, byte) {
        node = child
      } else {
        let child = Int32(numbers.count)
        children.insert(Self.key(node, byte), child)
        numbers.append(-1)
        node = child
      }
    }
    guard numbers[Int(node)] < 0 else { return false }
    numbers[Int(node)] = number
    return true
  }

  /// Calls `body` for every sequence that starts at an index of a text, shortest first.
  func forEachPrefix(
    of text: Span<UInt8>, from start: Int, _ body: (_ number: Int32, _ end: Int) -> Void
  ) {
    var node: Int32 = 0
    for index in start..<text.count {
      guard let child = child(of: node, text[index]) else { return }
      node = child
      if numbers[Int(node)] >= 0 { body(numbers[Int(node)], index + 1) }
    }
  }

  @inline(__always)
  func child(of node: Int32, _ byte: UInt8) -> Int32? { children[Self.key(node, byte)] }

  /// Calls `body` with each edge of the trie, in any order.
  func forEachEdge(_ body: (_ parent: Int32, _ byte: UInt8, _ child: Int32) -> Void) {
    children.forEach { key, child in
      body(Int32(truncatingIfNeeded: key >> 8), UInt8(truncatingIfNeeded: key), child)
    }
  }

  private static func key(_ node: Int32, _ byte: UInt8) -> UInt64 {
    UInt64(UInt32(bitPattern: node)) << 8 | UInt64(byte)
  }
}
