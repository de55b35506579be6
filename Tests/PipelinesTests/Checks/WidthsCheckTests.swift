import DMOE
import TestContainers
import TestSupport
import Testing

@Suite struct WidthsCheckTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func `a container passes, whole or cut`() throws {
    let path = try folder.write(EditedContainer().prefix(expert: 0), to: "cut")
    for path in [try Converted.path(), path] {
      let found = try #require(try outcome("widths", path))
      #expect(found.status == .passed && found.detail == "4 experts in each of 4 layers")
    }
  }

  @Test func `a configuration of another width fails`() throws {
    let path = try edited("\"intermediate_size\": 384", by: "\"intermediate_size\": 380")
    #expect(try outcome("widths", path)?.status == .failed)
  }

  @Test func `a family that is not known is skipped`() throws {
    let path = try edited("\"model_type\": \"llama\"", by: "\"model_type\": \"other\"")
    let found = try #require(try outcome("widths", path))
    #expect(found.status == .skipped && found.detail.contains("other"))
  }

  @Test func `without a configuration it is skipped, and not asked of a dense model`() throws {
    var numbers = RandomNumbers(seed: 1)
    let container = TestContainer.random(&numbers)
    let path = try TestContainer(
      model: container.model, widths: container.widths, tensors: container.tensors,
      orders: container.orders
    ).write(to: folder.path("bare"))
    #expect(try outcome("widths", path)?.status == .skipped)
    #expect(try outcome("widths", Fixture.model) == nil)
  }

  /// The container with a changed configuration and valid checksums.
  private func edited(_ old: String, by new: String) throws -> String {
    var edited = try EditedContainer()
    let tensor = try edited.stored(.file("config.json"))
    let text = String(decoding: try edited.reader.read(tensor), as: UTF8.self)
    let range = try #require(text.firstRange(of: old))
    let offset = text.utf8.distance(from: text.startIndex, to: range.lowerBound)
    try edited.replace(Array(new.utf8), at: offset, in: tensor, fixingChecksums: true)
    return try folder.write(edited.bytes, to: "file")
  }
}
