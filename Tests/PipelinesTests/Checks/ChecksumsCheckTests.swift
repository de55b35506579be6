import DMOE
import TestSupport
import Testing

@Suite struct ChecksumsCheckTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func `a file that is as it was written passes, whole or cut`() throws {
    let whole = try #require(try outcome("checksums", Converted.path()))
    #expect(whole.status == .passed)
    let path = try folder.write(EditedContainer().prefix(expert: 1), to: "cut")
    let cut = try #require(try outcome("checksums", path))
    #expect(cut.status == .passed && cut != whole)
  }

  @Test func `a flipped bit is found in every section, and its block is named`() throws {
    let original = try EditedContainer()
    for (number, section) in original.reader.directory.sections.enumerated() {
      let tensor = try #require(section.tensors.last)
      var edited = original
      edited.set(original.bytes[tensor.offset + 1] ^ 0x10, at: tensor.offset + 1)
      let path = try folder.write(edited.bytes, to: "\(number)")
      let found = try #require(try outcome("checksums", path))
      #expect(found.status == .failed)
      #expect(found.detail.contains("at byte \(tensor.offset)"), "\(found.detail)")
    }
  }

  @Test func `padding that is not zero fails`() throws {
    var edited = try EditedContainer()
    let tensor = try edited.stored(.file("config.json"))
    let place = tensor.offset + tensor.byteCount
    try #require(place % 64 > 0)
    edited.set(1, at: place)
    let found = try outcome("checksums", folder.write(edited.bytes, to: "file"))
    #expect(found?.status == .failed)
    #expect(found?.detail.contains("padding at byte \(place)") == true)
  }

  @Test func `a dense checkpoint is not asked`() throws {
    #expect(try outcome("checksums", Fixture.model) == nil)
  }
}
