import ByteIO
import DMOE
import Tensors
import TestSupport
import Testing

@Suite struct BlockCodingTests {
  /// Normally distributed weights of a type, like trained ones.
  static func weights(_ count: Int, _ type: ElementType, _ numbers: inout RandomNumbers) -> [UInt8]
  {
    (0..<count).flatMap { _ -> [UInt8] in
      let sum = (0..<12).reduce(-6.0) { sum, _ in sum + Double.random(in: 0..<1, using: &numbers) }
      let value = Float(sum * 0.02)
      switch type {
      case .bf16: return LittleEndian.bytes(of: UInt16(truncatingIfNeeded: value.bitPattern >> 16))
      case .f16: return LittleEndian.bytes(of: Float16(value).bitPattern)
      case .f64: return LittleEndian.bytes(of: (sum * 0.02).bitPattern)
      default: return LittleEndian.bytes(of: value.bitPattern)
      }
    }
  }

  @Test(
    arguments: [
      (.bf16, 0.665), (.f16, 0.85), (.f32, 0.835), (.f64, 0.93),
    ] as [(ElementType, Double)])
  func `weights take as few bytes as their exponents allow`(type: ElementType, most: Double) throws
  {
    var numbers = RandomNumbers(seed: 30)
    let plain = Self.weights(100_000, type, &numbers)
    let coded = try #require(BlockCoding.encode(plain, type))
    #expect(Double(coded.count) / Double(plain.count) < most)
    #expect(BlockCoding.decode(coded, type, byteCount: plain.count) == plain)
  }

  @Test func `blocks of any type and size come back, or are not coded`() throws {
    var numbers = RandomNumbers(seed: 31)
    var coded = 0
    for type in ElementType.ofSafetensors {
      for elements in [0, 1, 2, 8, 24, 1000, 30_000] {
        let bytes = elements / type.block.elements * type.block.bytes
        for plain in [
          numbers.bytes(bytes), [UInt8](repeating: 0, count: bytes),
          (0..<bytes).map { _ in UInt8.random(in: 0...3, using: &numbers) },
          (0..<bytes).map { UInt8(truncatingIfNeeded: $0 / 16) },
        ] {
          guard let block = BlockCoding.encode(plain, type) else { continue }
          coded += 1
          // Readers reject blocks coded to less than a sixteenth.
          #expect(block.count < plain.count && 16 * block.count >= plain.count)
          #expect(BlockCoding.decode(block, type, byteCount: plain.count) == plain)
        }
      }
    }
    #expect(coded > 100)
  }

  @Test func `random bytes and elements of odd bits are left as they are`() {
    var numbers = RandomNumbers(seed: 32)
    #expect(BlockCoding.encode(numbers.bytes(60_000), .bf16) == nil)
    #expect(BlockCoding.encode([UInt8](repeating: 0, count: 60_000), .f4) == nil)
    #expect(BlockCoding.encode([UInt8](repeating: 0, count: 60_000), .f6E2M3) == nil)
  }

  @Test func `a block whose planes do not add up is refused`() throws {
    var numbers = RandomNumbers(seed: 33)
    let plain = Self.weights(3000, .bf16, &numbers)
    let coded = try #require(BlockCoding.encode(plain, .bf16))
    func refused(_ block: [UInt8], _ count: Int? = nil) -> Bool {
      BlockCoding.decode(block, .bf16, byteCount: count ?? plain.count) == nil
    }
    #expect(!refused(coded))
    #expect(refused([]) && refused(Array(coded.prefix(8))) && refused(coded.dropLast()))
    #expect(refused(coded + [0]))
    #expect(refused(coded, plain.count - 2) && refused(coded, plain.count + 2))
    #expect(refused(coded, plain.count - 1))
    for value in [0, 1, 2999, 3001, 1 << 31, UInt32.max] {
      for plane in 0..<2 {
        var block = coded
        block.replaceSubrange(4 * plane..<4 * plane + 4, with: LittleEndian.bytes(of: value))
        #expect(refused(block), "plane \(plane) of \(value) bytes")
      }
    }
  }
}
