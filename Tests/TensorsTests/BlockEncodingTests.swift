import Foundation
import Tensors
import TestSupport
import Testing

@Suite struct BlockEncodingTests {
  private static let types = ElementType.allCases.filter(\.isEncodable)

  @Test func `values are encoded to the bytes of the package gguf`() throws {
    let jobs = Self.types.map { ($0, floatBytes(Self.sample)) }
    for ((type, _), expected) in zip(jobs, try BlockPeer.answers("encode", jobs)) {
      let found = type.encode(Self.sample)
      #expect(found.count == expected.count)
      let wrong = zip(found, expected).enumerated().first { $0.element.0 != $0.element.1 }
      #expect(wrong == nil, "\(type): \(String(describing: wrong))")
    }
  }

  @Test func `halves of all values are those of the processor`() {
    for high in UInt32(0)...0xFFFF {
      for low: UInt32 in [0, 1, 0x0FFF, 0x1000, 0x1001, 0x2FFF, 0x3000, 0x3001, 0xFFFF] {
        let value = Float(bitPattern: high << 16 | low)
        let half = Float16(value)
        let found = ElementType.f16.encode([value])
        let bits = UInt16(found[0]) | UInt16(found[1]) << 8
        let agrees = half.isNaN ? Float16(bitPattern: bits).isNaN : bits == half.bitPattern
        #expect(agrees, "\(value)")
        if !agrees { return }
      }
    }
  }

  @Test(arguments: types)
  func `what is not finite is encoded without a trap`(type: ElementType) {
    for value in [Float.nan, .infinity, -.infinity, .signalingNaN] {
      var values = [Float](repeating: 1, count: 64)
      values[7] = value
      #expect(type.encode(values).count == 64 / type.block.elements * type.block.bytes)
    }
    #expect(type.encode([]).isEmpty)
  }

  @Test(arguments: [ElementType.f16, .bf16, .f32])
  func `a value that is not a number stays one`(type: ElementType) {
    for bits: UInt32 in [0x7F80_0001, 0xFFFF_FFFF, 0x7FC0_0000] {
      let value = type.doubles(type.encode([Float(bitPattern: bits)]))
      #expect(value[0].isNaN)
    }
  }

  @Test(arguments: ElementType.allCases.filter { $0.isDecodable && $0.isQuantized })
  func `types say truly whether they are encodable`(type: ElementType) {
    #expect(type.isEncodable == [.q40, .q41, .q50, .q51, .q80].contains(type))
  }

  @Test(arguments: types.filter(\.isQuantized))
  func `values too small for a scale are encoded as zeros`(type: ElementType) {
    let bytes = type.encode((0..<32).map { Float($0 - 15) * .leastNonzeroMagnitude })
    #expect(type.doubles(bytes).allSatisfy { $0 == 0 })
  }

  /// Normal, uniform, tied, small and huge values, and blocks of one or two values.
  private static let sample: [Float] = {
    var numbers = RandomNumbers(seed: 3)
    func normal() -> Float {
      let radius = (-2 * log(Double.random(in: 1e-12..<1, using: &numbers))).squareRoot()
      return Float(radius * cos(2 * Double.pi * Double.random(in: 0..<1, using: &numbers)))
    }
    var values = (0..<600 * 32).map { _ in normal() * 0.02 }
    for exponent in stride(from: isIntegerOfInfinityKnown ? -149 : -116, through: 126, by: 3) {
      let scale = Float(sign: .plus, exponent: exponent, significand: 1)
      values += (0..<32).map { _ in Float.random(in: -1...1, using: &numbers) * scale }
    }
    // Values halfway between two steps, with a largest magnitude that makes the scale exact.
    for (end, step) in [(127, 0.5), (8, 0.25), (16, 0.25), (15, 0.5), (31, 0.5)] as [(Float, Float)]
    {
      values += (0..<32).map { $0 == 5 ? end : Float($0 % 31 - 15) * step }
      values += (0..<32).map { $0 == 9 ? -end : Float($0 % 31 - 15) * step }
    }
    var blocks: [(Float, Float)] = [
      (0, 0), (-0.0, -0.0), (1, 1), (-1, -1), (1, -1), (-1, 1), (0.1, 0.3), (65504, -65504),
      (65519, 0), (65520, 1), (1e30, -1e30), (.greatestFiniteMagnitude, 0), (6e-8, 1e-9),
      (-3e-8, 3e-8),
    ]
    if isIntegerOfInfinityKnown {
      blocks += [
        (.greatestFiniteMagnitude, -.greatestFiniteMagnitude), (.leastNonzeroMagnitude, 0),
        (.leastNormalMagnitude, .leastNonzeroMagnitude), (0x1p-126, -0x1p-130),
      ]
    }
    for (first, second) in blocks {
      values += (0..<32).map { $0 % 3 == 0 ? first : second }
    }
    return values
  }()

  /// If a scale or its inverse overflows, numpy converts infinity to integers as the processor
  /// does.
  private static var isIntegerOfInfinityKnown: Bool {
    #if arch(x86_64)
      true
    #else
      false
    #endif
  }
}
