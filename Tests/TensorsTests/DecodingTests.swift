import Foundation
import Tensors
import TestSupport
import Testing

@Suite struct DecodingTests {
  @Test func `every element type is decoded as by numpy and ml_dtypes`() throws {
    let samples = ElementType.ofSafetensors.map { ($0, Self.sample(of: $0)) }
    let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "peer.py")
      .path
    let input = samples.map { type, bytes in "\(type.rawValue) \(hexadecimal(bytes))\n" }.joined()
    let answers = String(decoding: try python([script], input: Array(input.utf8)), as: UTF8.self)
      .split(separator: "\n")
    try #require(answers.count == samples.count)

    for ((type, bytes), answer) in zip(samples, answers) {
      let expected = Self.doubles(fromHexadecimal: Array(answer.utf8))
      let found = type.doubles(bytes)
      #expect(found.count == bytes.count / type.block.bytes * type.block.elements * type.parts)
      #expect(found.count == expected.count)
      let different = zip(found, expected).enumerated().first { !same($0.element.0, $0.element.1) }
      #expect(different == nil, "\(type): \(String(describing: different))")

      // Floats equal the doubles, rounded.
      var floats = [Float](repeating: 42, count: found.count)
      var place = floats.mutableSpan
      type.decode(bytes, into: &place)
      let wrong = zip(floats, found).first { !same(Double($0), Double(Float($1))) }
      #expect(wrong == nil, "\(type): \(String(describing: wrong))")
    }
  }

  /// All patterns of up to 16 bits; edge cases and random values of wider types.
  private static func sample(of type: ElementType) -> [UInt8] {
    var numbers = RandomNumbers(seed: 1)
    switch type {
    case .bool: return [0, 1, 1, 0]
    case _ where [8, 4].contains(type.bitsPerElement): return (0...255).map { UInt8($0) }
    case _ where type.bitsPerElement == 6:
      // All 64 patterns at each of the four positions.
      let patterns = (0..<256).map { UInt32(($0 + $0 / 64) % 64) }
      return stride(from: 0, to: 256, by: 4).flatMap { start in
        let word = (0..<4).reduce(UInt32(0)) { $0 | patterns[start + $1] << (6 * $1) }
        return (0..<3).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) }
      }
    case _ where type.bitsPerElement == 16:
      return (0..<65536).flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
    default:
      let size = type.block.bytes
      let edges = [0, 1, 0x7F, 0x80, 0xFF].flatMap { high in
        [0, 0xFF].flatMap { low in [UInt8](repeating: low, count: size - 1) + [UInt8(high)] }
      }
      return edges + numbers.bytes(1000 * size)
    }
  }

  private static func doubles(fromHexadecimal digits: [UInt8]) -> [Double] {
    stride(from: 0, to: digits.count, by: 16).map { start in
      let text = String(decoding: digits[start..<start + 16], as: UTF8.self)
      return Double(bitPattern: (UInt64(text, radix: 16) ?? 0).byteSwapped)
    }
  }
}

extension ElementType {
  /// Number of real numbers per element.
  fileprivate var parts: Int { self == .c64 ? 2 : 1 }
}

/// Equal numbers with the same sign of zero; all NaNs are equal.
private func same(_ left: Double, _ right: Double) -> Bool {
  left.bitPattern == right.bitPattern || (left.isNaN && right.isNaN)
}
