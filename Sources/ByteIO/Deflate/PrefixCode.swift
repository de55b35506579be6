/// A prefix code of limited word length (RFC 1951, section 3.2.2).
struct PrefixCode {
  /// Word length of each symbol in bits; 0 if it has no word.
  let lengths: [UInt8]
  /// Words with their first bit lowest, as in a stream.
  let words: [UInt16]

  /// Canonical code of these lengths, which must satisfy Kraft's inequality.
  init(lengths: [UInt8]) {
    self.lengths = lengths
    var next = [UInt16](repeating: 0, count: 16)
    for length in 1..<15 {
      let words = lengths.count { $0 == length }
      next[length + 1] = (next[length] + UInt16(words)) << 1
    }
    words = lengths.map { length in
      guard length > 0 else { return 0 }
      defer { next[Int(length)] &+= 1 }
      return next[Int(length)].bitReversed >> (16 - UInt16(length))
    }
  }

  /// Optimal code for these symbol counts, with words of at most `limit` bits.
  ///
  /// Computed by package-merge (Larmore and Hirschberg, "A fast algorithm for optimal
  /// length-limited Huffman codes", 1990); each level keeps only the weights and which items are
  /// single symbols.
  init(counts: [Int], limit: Int) {
    let symbols = counts.indices.filter { counts[$0] > 0 }
      .sorted { (counts[$0], $0) < (counts[$1], $1) }
    precondition(symbols.count > 1 && symbols.count <= 1 << limit, "no code of this length")
    var levels: [[(weight: Int, isSymbol: Bool)]] = []
    for _ in 0..<limit {
      let below = levels.last ?? []
      let pairs = stride(from: 1, to: below.count, by: 2).map {
        below[$0 - 1].weight + below[$0].weight
      }
      var level: [(weight: Int, isSymbol: Bool)] = []
      level.reserveCapacity(symbols.count + pairs.count)
      var pair = 0
      for symbol in symbols {
        while pair < pairs.count, pairs[pair] < counts[symbol] {
          level.append((pairs[pair], false))
          pair += 1
        }
        level.append((counts[symbol], true))
      }
      level += pairs[pair...].map { ($0, false) }
      levels.append(level)
    }
    var lengths = [UInt8](repeating: 0, count: counts.count)
    var wanted = 2 * symbols.count - 2
    for level in levels.reversed() {
      let taken = level.prefix(wanted).count { $0.isSymbol }
      for symbol in symbols.prefix(taken) { lengths[symbol] += 1 }
      wanted = 2 * (wanted - taken)
    }
    self.init(lengths: lengths)
  }

  /// Whether a code of these lengths is complete: every bit sequence is a sequence of words.
  static func isComplete(_ lengths: some Sequence<UInt8>) -> Bool {
    lengths.reduce(0) { $0 + ($1 > 0 ? 1 << (15 - Int($1)) : 0) } == 1 << 15
  }
}

extension UInt16 {
  fileprivate var bitReversed: UInt16 {
    var value = self
    value = (value >> 1) & 0x5555 | (value & 0x5555) << 1
    value = (value >> 2) & 0x3333 | (value & 0x3333) << 2
    value = (value >> 4) & 0x0F0F | (value & 0x0F0F) << 4
    return value.byteSwapped
  }
}
