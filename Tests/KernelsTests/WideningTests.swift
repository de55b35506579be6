import Foundation
import Kernels
import TestSupport
import Testing

@Suite struct WideningTests {
  static let patterns = (0..<65_536).map { UInt16($0) }
  static let bytes = patterns.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }

  @Test func `every BF16 is the upper half of a float`() {
    let found = widened(Self.bytes, count: 65_536) { Widening.bfloat16($0, into: &$1) }
    for pattern in Self.patterns {
      #expect(found[Int(pattern)].bitPattern == UInt32(pattern) << 16)
    }
  }

  @Test func `every F16 is the number of its sign, exponent and fraction`() {
    let found = widened(Self.bytes, count: 65_536) { Widening.float16($0, into: &$1) }
    for pattern in Self.patterns {
      let value = found[Int(pattern)]
      let exponent = Int(pattern >> 10 & 31)
      let fraction = Double(pattern & 1023) / 1024
      let sign: FloatingPointSign = pattern >> 15 == 0 ? .plus : .minus
      guard exponent < 31 else {
        #expect(fraction > 0 ? value.isNaN : value.isInfinite && value.sign == sign)
        continue
      }
      let magnitude = exponent == 0 ? scalbn(fraction, -14) : scalbn(1 + fraction, exponent - 15)
      #expect(Double(value).magnitude == magnitude && value.sign == sign)
    }
  }

  @Test func `an F32 keeps its bits`() {
    var numbers = RandomNumbers(seed: 1)
    let edges: [UInt32] = [0, 1, 1 << 31, 0x7F80_0000, 0xFF80_0000, 0x7FC0_0001, 0x007F_FFFF]
    let patterns = edges + (0..<1000).map { _ in UInt32(truncatingIfNeeded: numbers.next()) }
    let bytes = patterns.flatMap { pattern in
      (0..<4).map { UInt8(truncatingIfNeeded: pattern >> (8 * $0)) }
    }
    let found = widened(bytes, count: patterns.count) { Widening.float32($0, into: &$1) }
    #expect(found.map(\.bitPattern) == patterns)
  }

  @Test func `no bytes are no numbers`() {
    #expect(widened([], count: 0) { Widening.float16($0, into: &$1) } == [])
  }

  private func widened(
    _ bytes: [UInt8], count: Int, _ widen: ([UInt8], inout MutableSpan<Float>) -> Void
  ) -> [Float] {
    var values = [Float](repeating: .nan, count: count)
    var span = values.mutableSpan
    widen(bytes, &span)
    return values
  }
}
