/// Binary heap of candidate merges: lowest rank first, leftmost of equal ranks.
struct MergeQueue {
  /// Merge that was possible at a position when it was queued.
  struct Candidate: Comparable {
    let rank: Int32
    let position: Int

    static func < (lhs: Candidate, rhs: Candidate) -> Bool {
      lhs.rank != rhs.rank ? lhs.rank < rhs.rank : lhs.position < rhs.position
    }
  }

  private var heap: [Candidate] = []

  mutating func removeAll() { heap.removeAll(keepingCapacity: true) }

  mutating func push(_ candidate: Candidate) {
    heap.append(candidate)
    var child = heap.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard heap[child] < heap[parent] else { break }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  mutating func pop() -> Candidate? {
    guard let first = heap.first, let last = heap.popLast() else { return nil }
    guard !heap.isEmpty else { return first }
    heap[0] = last
    var parent = 0
    while 2 * parent + 1 < heap.count {
      var child = 2 * parent + 1
      if child + 1 < heap.count, heap[child + 1] < heap[child] { child += 1 }
      guard heap[child] < heap[parent] else { break }
      heap.swapAt(child, parent)
      parent = child
    }
    return first
  }
}
