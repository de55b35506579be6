import Kernels
import TestSupport
import Testing

@Suite struct ValueSummaryTests {
  @Test func `values are counted by kind, and moments are of finite ones`() {
    let summary = ValueSummary([1, .nan, 0, -0.0, .infinity, -3, -.infinity, .nan] as [Float])
    #expect((summary.count, summary.finite, summary.zero) == (8, 4, 2))
    #expect((summary.nan, summary.infinity) == (2, 2))
    #expect((summary.min, summary.max, summary.mean, summary.squares) == (-3, 1, -0.5, 9))
  }

  @Test func `nothing finite has no moments`() {
    for values in [[], [.nan], [.infinity, .nan]] as [[Double]] {
      let summary = ValueSummary(values)
      #expect((summary.count, summary.finite) == (values.count, 0))
      #expect((summary.mean, summary.squares) == (0, 0))
      #expect((summary.min, summary.max) == (.infinity, -.infinity))
    }
  }

  @Test func `summaries of parts are merged to that of the whole`() {
    var numbers = RandomNumbers(seed: 1)
    let values = (0..<1000).map { _ in 1e6 + Double.random(in: -1...1, using: &numbers) }
    let mean = values.reduce(0, +) / 1000
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    for size in [1, 7, 500, 1000] {
      var summary = ValueSummary()
      for start in stride(from: 0, to: 1000, by: size) {
        summary.merge(ValueSummary(Array(values[start..<min(start + size, 1000)])))
        summary.merge(ValueSummary())
      }
      #expect((summary.count, summary.finite) == (1000, 1000))
      #expect((summary.min, summary.max) == (values.min() ?? 0, values.max() ?? 0))
      #expect(abs(summary.mean - mean) < 1e-8)
      #expect(abs(summary.squares / squares - 1) < 1e-6)
    }
  }
}
