import GGUF
import Tensors
import TestSupport
import Testing

@Suite struct BigEndianTests {
  /// Multi-byte fields of a block, by hand from the C structures: offset and size.
  private static let fields: [ElementType: [(Int, Int)]] = [
    .f32: [(0, 4)], .f16: [(0, 2)], .bf16: [(0, 2)], .i8: [], .i16: [(0, 2)], .i32: [(0, 4)],
    .i64: [(0, 8)], .f64: [(0, 8)], .q10: [(0, 2)], .q20: [(0, 2)], .q40: [(0, 2)],
    .q41: [(0, 2), (2, 2)], .q50: [(0, 2), (2, 4)], .q51: [(0, 2), (2, 2), (4, 4)], .q80: [(0, 2)],
    .q81: [(0, 2), (2, 2)], .q2K: [(80, 2), (82, 2)], .q3K: [(108, 2)], .q4K: [(0, 2), (2, 2)],
    .q5K: [(0, 2), (2, 2)], .q6K: [(208, 2)],
    .q8K: [(0, 4)] + (0..<16).map { (260 + 2 * $0, 2) }, .iq4NL: [(0, 2)],
    .iq4XS: [(0, 2), (2, 2)], .tq10: [(52, 2)], .tq20: [(64, 2)], .mxfp4: [], .nvfp4: [],
  ]

  @Test(arguments: ElementType.ofGGUF)
  func `blocks of a big-endian file are given little-endian, whatever range is asked for`(
    _ type: ElementType
  ) throws {
    let path = folder.path("big.gguf")
    var numbers = RandomNumbers(seed: 8)
    let block = type.block
    let little = numbers.bytes(3 * block.bytes)
    guard let fields = Self.fields[type] else {
      try folder.write(bigEndianFile(type, little), to: "big.gguf")
      let reader = try GGUFReader(path: path)
      #expect(reader.tensor("t")?.elementType == type)
      let error = try #require(throws: TensorError.self) { try reader.read("t") }
      #expect(error.description.contains(type.rawValue))
      return
    }
    var big = little
    for start in stride(from: 0, to: big.count, by: block.bytes) {
      for (offset, size) in fields {
        big[start + offset..<start + offset + size].reverse()
      }
    }
    try folder.write(bigEndianFile(type, big), to: "big.gguf")
    let reader = try GGUFReader(path: path)
    #expect(try reader.read("t") == little)
    for _ in 0..<20 {
      let lower = Int.random(in: 0...little.count, using: &numbers)
      let range = lower..<Int.random(in: lower...little.count, using: &numbers)
      #expect(try reader.read("t", range) == Array(little[range]))
    }
    #expect(throws: TensorError.self) { try reader.read("t", 0..<little.count + 1) }
  }

  /// A file with one tensor `t` of three rows, one block each.
  private func bigEndianFile(_ type: ElementType, _ content: [UInt8]) -> [UInt8] {
    func number(_ value: some FixedWidthInteger) -> [UInt8] {
      withUnsafeBytes(of: value.bigEndian) { Array($0) }
    }
    var file = Array("GGUF".utf8) + number(UInt32(3)) + number(UInt64(1)) + number(UInt64(0))
    file += number(UInt64(1)) + Array("t".utf8) + number(UInt32(2))
    file += number(UInt64(type.block.elements)) + number(UInt64(3))
    file += number(type.ggmlType ?? 99) + number(UInt64(0))
    return file + [UInt8](repeating: 0, count: (32 - file.count % 32) % 32) + content
  }

  private let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }
}
