/// Longest of given byte sequences at each place of a text.
///
/// Searches reversed sequences from the end of the text, which finds each at its start.
struct StartingMatches: Sendable {
  private let automaton: ByteAutomaton

  /// - Parameter sequences: not empty; of equal ones the first counts.
  init(_ sequences: [(bytes: [UInt8], number: Int32)]) {
    var trie = ByteTrie()
    for sequence in sequences { trie.insert(sequence.bytes.reversed(), sequence.number) }
    automaton = ByteAutomaton(trie)
  }

  /// Places with a match, last place first.
  func find(in text: Span<UInt8>) -> [(start: Int, length: Int, number: Int32)] {
    guard !automaton.isEmpty else { return [] }
    var found: [(start: Int, length: Int, number: Int32)] = []
    var state: Int32 = 0
    var index = text.count
    while index > 0 {
      index -= 1
      automaton.advance(&state, text[index])
      guard state > 0, let match = automaton.longestMatch(in: state) else { continue }
      found.append((index, match.length, match.number))
    }
    return found
  }
}
