/// Merges of a byte pair encoding, by the ids of the two tokens.
///
/// A hash table of its own: lookups dominate encoding, and the hashing of `Dictionary` would
/// dominate lookups.
struct MergeTable: Sendable {
  /// Token produced by a merge, and its priority; the lowest rank comes first.
  struct Merge: Sendable {
    let rank: Int32
    let id: Int32

    /// No merge.
    static let none = Merge(rank: .max, id: -1)
  }

  /// Pair of tokens with its merge.
  struct Entry: Sendable {
    let left: Int32
    let right: Int32
    let merge: Merge
  }

  private struct Slot: Sendable {
    var key: UInt64
    var merge: Merge
  }

  /// Key of a free slot; no pair has it, as ids stay below 2^24.
  private static let free = UInt64.max

  private var slots: [Slot]
  private let shift: UInt64
  /// Random, so that no file can force collisions; results do not depend on it.
  private let multiplier: UInt64

  /// Table of these merges; the last merge of a repeated pair wins, as in `tokenizers`.
  init(_ entries: [Entry]) {
    var bits: UInt64 = 4
    while 1 << bits < 2 * entries.count { bits += 1 }
    slots = Array(repeating: Slot(key: Self.free, merge: .none), count: 1 << bits)
    shift = 64 - bits
    multiplier = UInt64.random(in: 0...UInt64.max) | 1
    for entry in entries {
      let key = Self.key(entry.left, entry.right)
      var index = firstIndex(of: key)
      while slots[index].key != key, slots[index].key != Self.free {
        index = (index + 1) & (slots.count - 1)
      }
      slots[index] = Slot(key: key, merge: entry.merge)
    }
  }

  func merge(_ left: Int32, _ right: Int32) -> Merge {
    let key = Self.key(left, right)
    var index = firstIndex(of: key)
    while true {
      let slot = slots[index]
      if slot.key == key { return slot.merge }
      if slot.key == Self.free { return .none }
      index = (index + 1) & (slots.count - 1)
    }
  }

  private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  private func firstIndex(of key: UInt64) -> Int {
    // The halves are mixed first; the product alone would lose the left token's high bits.
    Int(truncatingIfNeeded: ((key ^ (key >> 29)) &* multiplier) >> shift)
  }
}
