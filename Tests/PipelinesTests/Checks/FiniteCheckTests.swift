import DMOE
import Safetensors
import Tensors
import TestSupport
import Testing

@Suite struct FiniteCheckTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func `a sound model passes, dense and as a container`() throws {
    for path in [Fixture.model, try Converted.path()] {
      let found = try #require(try outcome("finite", path))
      #expect(found.status == .passed)
      #expect(found.detail.contains("1 049 728 values"), "\(found.detail)")
    }
  }

  /// Types without NaN are skipped; in others a single value fails, at any position.
  @Test(
    arguments: [
      (.f32, [0, 0, 0xC0, 0x7F], "1 NaN, 0 infinite"), (.bf16, [0x80, 0xFF], "0 NaN, 1 infinite"),
      (.f16, [0, 0x7C], "0 NaN, 1 infinite"), (.f8E4M3, [0xFF], "1 NaN, 0 infinite"),
      (.f64, [0, 0, 0, 0, 0, 0, 0xF0, 0x7F], "0 NaN, 1 infinite"),
      (.u8, [0xFF], nil), (.i16, [0xFF, 0x7F], nil),
    ] as [(ElementType, [UInt8], String?)])
  func `NaN and infinity fail where a type has them`(
    type: ElementType, last: [UInt8], detail: String?
  ) throws {
    let count = 3
    let tensor = try #require(
      TensorDescription(name: "w", elementType: type, shape: [count]))
    let zeros = [UInt8](repeating: 0, count: tensor.byteCount - last.count)
    let path = folder.path("model.safetensors")
    try SafetensorsWriter.write([(tensor, zeros + last)], to: path)
    let found = try #require(try outcome("finite", path))
    #expect(found.status == (detail == nil ? .passed : .failed))
    if let detail { #expect(found.detail.hasPrefix("w: \(detail)"), "\(found.detail)") }
  }

  @Test func `an infinity in a ring of a container fails, unless the ring is cut off`() throws {
    var edited = try EditedContainer()
    let tensor = try edited.stored(.part(.up, layer: 1), section: 4)
    try edited.replace([0x80, 0x7F], at: 2, in: tensor, fixingChecksums: true)
    let found = try #require(try outcome("finite", folder.write(edited.bytes, to: "file")))
    #expect(found.status == .failed && found.detail.contains("up of layer 1"))
    let cut = try folder.write(edited.prefix(expert: 2), to: "cut")
    #expect(try outcome("finite", cut)?.status == .passed)
  }
}
