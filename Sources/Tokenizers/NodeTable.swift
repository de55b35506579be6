/// Hash table from the edges of a trie to its nodes.
///
/// A table of its own: lookups dominate the search, and the hashing of `Dictionary` would dominate
/// lookups.
struct NodeTable: Sendable {
  private struct Slot: Sendable {
    var key: UInt64
    var node: Int32
  }

  /// Key of a free slot; edges use 40 bits.
  private static let free = UInt64.max

  private var slots = Array(repeating: Slot(key: Self.free, node: 0), count: 16)
  private var count = 0
  private var shift: UInt64 = 60
  /// Random, so that no file can force collisions; results do not depend on it.
  private let multiplier = UInt64.random(in: 0...UInt64.max) | 1

  subscript(key: UInt64) -> Int32? {
    var index = firstIndex(of: key)
    while true {
      let slot = slots[index]
      if slot.key == key { return slot.node }
      if slot.key == Self.free { return nil }
      index = (index + 1) & (slots.count - 1)
    }
  }

  /// Adds an edge that is not in the table.
  mutating func insert(_ key: UInt64, _ node: Int32) {
    if 2 * (count + 1) > slots.count { grow() }
    place(Slot(key: key, node: node))
    count += 1
  }

  /// Calls `body` with each edge, in any order.
  func forEach(_ body: (_ key: UInt64, _ node: Int32) -> Void) {
    for slot in slots where slot.key != Self.free { body(slot.key, slot.node) }
  }

  private mutating func grow() {
    let old = slots
    slots = Array(repeating: Slot(key: Self.free, node: 0), count: 2 * old.count)
    shift -= 1
    for slot in old where slot.key != Self.free { place(slot) }
  }

  private mutating func place(_ slot: Slot) {
    var index = firstIndex(of: slot.key)
    while slots[index].key != Self.free { index = (index + 1) & (slots.count - 1) }
    slots[index] = slot
  }

  private func firstIndex(of key: UInt64) -> Int {
    Int(truncatingIfNeeded: ((key ^ (key >> 29)) &* multiplier) >> shift)
  }
}
