/// Automaton that finds all occurrences of byte sequences in a text (Aho and Corasick).
///
/// Building it takes time proportional to the bytes of the sequences, and a search takes time
/// proportional to the text and its matches, however the sequences overlap.
struct ByteAutomaton: Sendable {
  private let trie: ByteTrie
  /// Node of the longest proper suffix of each node that is in the trie.
  private let suffixes: [Int32]
  /// Node of the longest sequence at the end of each node, itself included; 0 for none.
  private let longest: [Int32]
  /// Length in bytes of each node.
  private let lengths: [Int32]
  private let startsSequence: [Bool]
  /// Largest number of sequences that end at one place.
  let mostMatches: Int

  /// Match that ends at a place; ``next(after:)`` has the shorter ones.
  struct Match {
    let number: Int32
    let length: Int
    fileprivate let node: Int32
  }

  init(_ trie: ByteTrie) {
    let count = trie.numbers.count
    var parents = [Int32](repeating: 0, count: count)
    var bytes = [UInt8](repeating: 0, count: count)
    var startsSequence = [Bool](repeating: false, count: 256)
    trie.forEachEdge { parent, byte, child in
      parents[Int(child)] = parent
      bytes[Int(child)] = byte
      if parent == 0 { startsSequence[Int(byte)] = true }
    }
    var lengths = [Int32](repeating: 0, count: count)
    // A parent has a lower number than its children.
    for node in 1..<max(count, 1) { lengths[node] = lengths[Int(parents[node])] + 1 }

    var suffixes = [Int32](repeating: 0, count: count)
    var longest = suffixes
    var matches = suffixes
    for node in Self.byLength(lengths) where node > 0 {
      if lengths[node] > 1 {
        var suffix = suffixes[Int(parents[node])]
        while true {
          if let child = trie.child(of: suffix, bytes[node]) {
            suffixes[node] = child
            break
          }
          guard suffix > 0 else { break }
          suffix = suffixes[Int(suffix)]
        }
      }
      let shorter = longest[Int(suffixes[node])]
      let ends = trie.numbers[node] >= 0
      longest[node] = ends ? Int32(node) : shorter
      matches[node] = matches[Int(shorter)] + (ends ? 1 : 0)
    }
    self.trie = trie
    self.suffixes = suffixes
    self.longest = longest
    self.lengths = lengths
    self.startsSequence = startsSequence
    mostMatches = Int(matches.max() ?? 0)
  }

  var isEmpty: Bool { lengths.count == 1 }

  /// Moves on by a byte of the text; the first state is 0.
  @inline(__always)
  func advance(_ state: inout Int32, _ byte: UInt8) {
    while state > 0 {
      if let child = trie.child(of: state, byte) {
        state = child
        return
      }
      state = suffixes[Int(state)]
    }
    if startsSequence[Int(byte)] { state = trie.child(of: 0, byte) ?? 0 }
  }

  /// Longest match that ends in a state.
  @inline(__always)
  func longestMatch(in state: Int32) -> Match? { match(longest[Int(state)]) }

  /// Next shorter match that ends at the same place.
  @inline(__always)
  func next(after match: Match) -> Match? { self.match(longest[Int(suffixes[Int(match.node)])]) }

  @inline(__always)
  private func match(_ node: Int32) -> Match? {
    guard node > 0 else { return nil }
    return Match(number: trie.numbers[Int(node)], length: Int(lengths[Int(node)]), node: node)
  }

  /// Nodes in the order of their lengths.
  private static func byLength(_ lengths: [Int32]) -> [Int] {
    var starts = [Int](repeating: 0, count: Int(lengths.max() ?? 0) + 2)
    for length in lengths { starts[Int(length) + 1] += 1 }
    for length in 1..<starts.count { starts[length] += starts[length - 1] }
    var order = [Int](repeating: 0, count: lengths.count)
    for (node, length) in lengths.enumerated() {
      order[starts[Int(length)]] = node
      starts[Int(length)] += 1
    }
    return order
  }
}
