/// Merges the symbols of a word: lowest rank first, leftmost of equal ranks, until none applies.
///
/// Keeps its memory between words.
struct SymbolMerger {
  /// Symbols up to which scanning all of them is faster than a queue.
  private static let scanLimit = 48

  /// Symbols of the word, which ``merge(by:downTo:)`` replaces by the merged ones.
  var symbols: [Int32] = []

  /// Merge of each symbol with its right neighbour.
  private var merges: [MergeTable.Merge] = []
  private var previous: [Int] = []
  private var next: [Int] = []
  private var queue = MergeQueue()

  /// Merges until no merge applies or only `target` symbols are left.
  mutating func merge(by table: MergeTable, downTo target: Int = 1) {
    guard symbols.count > target else { return }
    merges.removeAll(keepingCapacity: true)
    for index in 1..<symbols.count {
      merges.append(table.merge(symbols[index - 1], symbols[index]))
    }
    if symbols.count <= Self.scanLimit {
      mergeByScan(table, downTo: target)
    } else {
      mergeByQueue(table, downTo: target)
    }
  }

  private mutating func mergeByScan(_ table: MergeTable, downTo target: Int) {
    while symbols.count > target {
      var best = 0
      var rank = Int32.max
      for index in 0..<merges.count where merges[index].rank < rank {
        best = index
        rank = merges[index].rank
      }
      guard rank < .max else { return }
      symbols[best] = merges[best].id
      symbols.remove(at: best + 1)
      merges.remove(at: best)
      if best > 0 { merges[best - 1] = table.merge(symbols[best - 1], symbols[best]) }
      if best < merges.count { merges[best] = table.merge(symbols[best], symbols[best + 1]) }
    }
  }

  /// Merges long words in O(n log n); symbols are linked, not moved.
  private mutating func mergeByQueue(_ table: MergeTable, downTo target: Int) {
    let count = symbols.count
    var remaining = count
    merges.append(.none)
    previous = Array(-1..<count - 1)
    next = Array(1...count)
    for position in 0..<count { enqueue(position) }
    while remaining > target, let candidate = queue.pop() {
      let left = candidate.position
      // A candidate is stale once one of its two symbols has changed.
      guard merges[left].rank == candidate.rank else { continue }
      let right = next[left]
      symbols[left] = merges[left].id
      symbols[right] = -1
      merges[right] = .none
      next[left] = next[right]
      remaining -= 1
      if next[left] < count { previous[next[left]] = left }
      update(left, table)
      if previous[left] >= 0 { update(previous[left], table) }
    }
    queue.removeAll()
    symbols.removeAll { $0 < 0 }
  }

  private mutating func update(_ position: Int, _ table: MergeTable) {
    let right = next[position]
    merges[position] =
      right < symbols.count ? table.merge(symbols[position], symbols[right]) : .none
    enqueue(position)
  }

  private mutating func enqueue(_ position: Int) {
    guard merges[position].rank < .max else { return }
    queue.push(MergeQueue.Candidate(rank: merges[position].rank, position: position))
  }
}
