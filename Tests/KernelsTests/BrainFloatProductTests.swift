import Foundation
import Kernels
import Testing

/// Products of factors that are rounded to BF16, against the products of rounded factors in double
/// precision.
@Suite(.enabled(if: Precision.bf16.isAvailable)) struct BrainFloatProductTests {
  private static func matrix(_ rows: Int, _ columns: Int, _ seed: Int) -> Matrix {
    let values = (0..<rows * columns).map { Float(sin(Double($0 * 7 + seed) * 1.7)) }
    return Matrix(rows: rows, columns: columns, values: values)
  }

  /// Largest difference of `found` from the sum over k of left(row, k) · right(k, column), relative
  /// to the sum of magnitudes.
  private static func error(
    _ found: Matrix, inner: Int, _ left: (Int, Int) -> Float, _ right: (Int, Int) -> Float
  ) -> Double {
    var worst = 0.0
    for row in 0..<found.rows {
      for column in 0..<found.columns {
        var (sum, size) = (0.0, 0.0)
        for k in 0..<inner {
          let term = Double(left(row, k)) * Double(right(k, column))
          sum += term
          size += abs(term)
        }
        let value = Double(found.values[row * found.columns + column])
        worst = max(worst, abs(value - sum) / max(size, 1e-30))
      }
    }
    return worst
  }

  @Test(arguments: [(32, 8, 16), (33, 65, 47), (64, 96, 1030), (40, 1, 3), (57, 200, 1)])
  func `products are those of rounded factors`(rows: Int, inner: Int, columns: Int) {
    let left = Self.matrix(rows, inner, 1)
    let (one, other) = (Self.matrix(columns + 2, inner, 2), Self.matrix(inner + 3, columns, 3))
    let (roundedLeft, roundedOne) = (left.roundedToBFloat16(), one.roundedToBFloat16())
    let roundedOther = other.roundedToBFloat16()
    let transposed = left.timesTransposed(
      one.multiplying(in: .bf16), rows: 1..<columns + 1)
    #expect(
      Self.error(
        transposed, inner: inner, { roundedLeft.values[$0 * inner + $1] },
        { roundedOne.values[($1 + 1) * inner + $0] }) < 1e-6)
    let plain = left.times(other.multiplying(in: .bf16), rows: 2..<inner + 2)
    #expect(
      Self.error(
        plain, inner: inner, { roundedLeft.values[$0 * inner + $1] },
        { roundedOther.values[($0 + 2) * columns + $1] }) < 1e-6)
  }

  @Test func `few rows are not rounded, and matrices made from others neither`() {
    let (left, right) = (Self.matrix(3, 50, 1), Self.matrix(20, 50, 2))
    let rounding = right.multiplying(in: .bf16)
    #expect(left.timesTransposed(rounding) == left.timesTransposed(right))
    #expect(rounding.precision == .bf16 && rounding.gatherRows([0, 1]).precision == .f32)
  }

  @Test func `pieces and threads do not change a bit`() {
    let (left, right) = (Self.matrix(64, 100, 1), Self.matrix(3000, 100, 2).multiplying(in: .bf16))
    let alone = left.timesTransposed(right)
    let shared = Parallel.$within.withValue(Parallel(threads: 4)) { left.timesTransposed(right) }
    #expect(alone == shared)
    let repeated = Parallel(threads: 4).map(8) { _ in left.timesTransposed(right) }
    #expect(repeated.allSatisfy { $0 == alone })
  }

  @Test func `what is not finite stays so`() {
    var left = Self.matrix(32, 4, 1)
    let right = Self.matrix(5, 4, 2).multiplying(in: .bf16)
    left.values[0] = .nan
    left.values[4] = .infinity
    let found = left.timesTransposed(right)
    #expect(found[0].allSatisfy { $0.isNaN } && found[1].allSatisfy { !$0.isFinite })
    #expect(found[2].allSatisfy { $0.isFinite })
  }
}
