import Kernels
import Tensors
import TestSupport
import Testing

@Suite struct BlockDecodingTests {
  private static let types = ElementType.allCases.filter { $0.isQuantized && $0.isDecodable }

  @Test func `every block type is decoded to the bits of the package gguf`() throws {
    let jobs = Self.types.map { ($0, Self.sample(of: $0)) }
    for ((type, bytes), answer) in zip(jobs, try BlockPeer.answers("decode", jobs)) {
      let expected = floats(answer)
      #expect(expected.count == bytes.count / type.block.bytes * type.block.elements)
      var found = [Float](repeating: 42, count: expected.count)
      var span = found.mutableSpan
      type.decode(bytes, into: &span)
      let wrong = zip(found, expected).enumerated().first { !same($0.element.0, $0.element.1) }
      #expect(wrong == nil, "\(type): \(String(describing: wrong))")

      let doubles = type.doubles(bytes)
      #expect(doubles.count == found.count)
      #expect(zip(doubles, found).allSatisfy { same(Float($0), $1) })
    }
  }

  @Test(arguments: types)
  func `a tensor is decoded in pieces as in one`(type: ElementType) throws {
    let blocks = (1 << 20) / type.block.elements + 3
    let bytes = Self.randomBlocks(of: type, count: blocks)
    let count = blocks * type.block.elements
    var whole = [Float](repeating: 42, count: count)
    var span = whole.mutableSpan
    type.decode(bytes, into: &span)
    let read: @Sendable (Range<Int>) throws(TensorError) -> [UInt8] = { Array(bytes[$0]) }
    let pieces = try type.floats(count: count, parallel: Parallel(threads: 2), read: read)
    #expect(pieces.map(\.bitPattern) == whole.map(\.bitPattern))
  }

  @Test func `statistics are read in whole blocks`() throws {
    // Spans several pieces that do not end at block boundaries.
    let bytes = Self.randomBlocks(of: .q40, count: 200_000)
    let description = try #require(
      TensorDescription(name: "q", elementType: .q40, shape: [200_000, 32]))
    let statistics = try TensorStatistics(
      OpenTensor(description) { (range) throws(TensorError) in Array(bytes[range]) })
    #expect(statistics.count == 200_000 * 32)
    #expect(statistics.max == ElementType.q40.doubles(bytes).max())
  }

  @Test func `types that choose from grids are not decodable`() {
    let names = ElementType.allCases.filter { !$0.isDecodable }.map(\.rawValue)
    #expect(
      Set(names) == ["IQ1_S", "IQ1_M", "IQ2_XXS", "IQ2_XS", "IQ2_S", "IQ3_XXS", "IQ3_S"])
  }

  /// Blocks with every pattern of scales, blocks of one repeated byte, and random blocks.
  private static func sample(of type: ElementType) -> [UInt8] {
    let places = scales(of: type)
    let uniform = (0...255).flatMap { [UInt8](repeating: UInt8($0), count: type.block.bytes) }
    let edges: [UInt16] = [
      0, 0x8000, 1, 0x8001, 0x03FF, 0x0400, 0x3C00, 0xBC00, 0x7BFF, 0xFBFF, 0x7C00, 0xFC00, 0x7E00,
    ]
    let edgeBlocks =
      places.isEmpty
      ? []
      : edges.enumerated().flatMap { number, edge in
        var block = randomBlocks(of: type, count: 1, seed: UInt64(number))
        for place in places {
          block[place] = UInt8(truncatingIfNeeded: edge)
          block[place + 1] = UInt8(edge >> 8)
        }
        return block
      }
    return uniform + edgeBlocks + randomBlocks(of: type, count: 600)
  }

  /// Random blocks whose half-precision scales are finite, of either sign.
  private static func randomBlocks(of type: ElementType, count: Int, seed: UInt64 = 1) -> [UInt8] {
    var numbers = RandomNumbers(seed: seed)
    let size = type.block.bytes
    var bytes = numbers.bytes(count * size)
    for start in stride(from: 0, to: bytes.count, by: size) {
      for place in scales(of: type) where bytes[start + place + 1] & 0x7C == 0x7C {
        bytes[start + place + 1] &= 0xBF
      }
      // Q8_K has a float as its scale.
      if type == .q8K { bytes[start + 3] &= 0xBF }
    }
    return bytes
  }

  /// Offsets of the half-precision numbers in a block.
  private static func scales(of type: ElementType) -> [Int] {
    switch type {
    case .q41, .q51, .q4K, .q5K, .q81: [0, 2]
    case .q2K: [80, 82]
    case .q3K: [108]
    case .q6K: [208]
    case .tq10: [52]
    case .tq20: [64]
    case .mxfp4, .nvfp4, .q8K: []
    default: [0]
    }
  }
}

/// Equal numbers with the same sign of zero; all NaNs are equal.
private func same(_ left: Float, _ right: Float) -> Bool {
  left.bitPattern == right.bitPattern || (left.isNaN && right.isNaN)
}
