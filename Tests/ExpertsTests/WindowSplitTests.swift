import Experts
import Running
import Testing

/// Held-back windows, and windows that are processed together.
@Suite struct WindowSplitTests {
  @Test func `every eighth window judges, the last where there are fewer`() {
    for count in 2..<8 { #expect(HeldBackWindows.indices(of: count) == [count - 1]) }
    #expect(HeldBackWindows.indices(of: 8) == [7])
    #expect(HeldBackWindows.indices(of: 25) == [7, 15, 23])
    #expect(HeldBackWindows.indices(of: 1) == [0] && HeldBackWindows.indices(of: 0).isEmpty)
  }

  @Test(
    arguments: [[], [5], [3, 3, 3], [9, 1, 1, 9], [4, 4, 2, 1, 1, 1, 8, 20, 1]], [1, 4, 8, 100])
  func `chunks are whole windows, as many as fit`(lengths: [Int], size: Int) {
    let chunks = WindowChunks.chunks(lengths, size: size)
    #expect(chunks.flatMap { Array($0) } == Array(lengths.indices))
    for (index, chunk) in chunks.enumerated() {
      let sum = lengths[chunk].reduce(0, +)
      #expect(!chunk.isEmpty && (sum <= size || chunk.count == 1))
      if index + 1 < chunks.count { #expect(sum + lengths[chunk.upperBound] > size) }
    }
  }
}
