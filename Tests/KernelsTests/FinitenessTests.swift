import Kernels
import TestSupport
import Testing

@Suite struct FinitenessTests {
  @Test func `the first value that is not finite is found, wherever it is`() {
    let count = 200_000
    let all = (0..<count).map { Float($0) * 1e30 - 3e34 }
    #expect(all.firstNotFinite() == nil && [Float]().firstNotFinite() == nil)
    for index in [0, 1, 7, 65_535, 65_536, 131_072, count - 1] {
      for value in [Float.nan, .infinity, -.infinity, .signalingNaN] {
        var values = all
        values[index] = value
        values[count - 1] = value
        for threads in [1, 3] {
          #expect(values.firstNotFinite(parallel: Parallel(threads: threads)) == index)
        }
      }
    }
  }

  @Test func `the first value whose square overflows in a sum is found`() {
    var values: [Float] = [0x1p62, -0x1.fffffep62, 0, -0x1p63, 1, .nan]
    for index in [3, 5] {
      #expect(values.firstOverflowing() == index)
      values[index] = 1
    }
    #expect(values.firstOverflowing() == nil)
    #expect(Matrix(rows: 2, columns: 2, values: [1, 2, 3, 1e20]).firstRowOverflowing == 1)
  }

  @Test func `extremes are finite`() {
    let extremes: [Float] = [
      .greatestFiniteMagnitude, -.greatestFiniteMagnitude, .leastNonzeroMagnitude, -0.0, 0,
    ]
    #expect(extremes.firstNotFinite() == nil)
    #expect(Matrix(rows: 2, columns: 2, values: [1, 2, 3, .nan]).firstRowNotFinite == 1)
    #expect(Matrix(rows: 0, columns: 0).firstRowNotFinite == nil)
  }
}
