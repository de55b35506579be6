import Architectures
import DMOE
import TestSupport
import Testing

@Suite struct DigestsCheckTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func `every dense tensor is put together again`() throws {
    let found = try #require(try outcome("digests", Converted.path()))
    #expect(found.status == .passed && found.detail.contains("all 39"))
  }

  @Test func `of a cut file only what is whole is asked for`() throws {
    let path = try folder.write(EditedContainer().prefix(expert: 2), to: "cut")
    let found = try #require(try outcome("digests", path))
    #expect(found.status == .passed && found.detail.hasPrefix("27 shared tensors"))
  }

  @Test(arguments: FeedForwardPart.allCases.filter { !$0.isBias })
  func `a weight that changed under right checksums is found`(part: FeedForwardPart) throws {
    var edited = try EditedContainer()
    let tensor = try edited.stored(.part(part, layer: 2), section: 3)
    let old = try edited.reader.read(tensor, 40..<41)
    try edited.replace([old[0] ^ 1], at: 40, in: tensor, fixingChecksums: true)
    let path = try folder.write(edited.bytes, to: "file")
    #expect(try outcome("checksums", path)?.status == .passed)
    let found = try #require(try outcome("digests", path))
    #expect(found.status == .failed)
    #expect(found.detail.contains("model.layers.2.mlp.\(part.rawValue)_proj.weight"))
  }

  @Test func `two neurons that changed places in the permutation are found`() throws {
    var edited = try EditedContainer()
    let tensor = try edited.stored(.permutation(layer: 0))
    let order = try edited.reader.read(tensor, 0..<8)
    try edited.replace(
      Array(order[4...] + order[..<4]), at: 0, in: tensor, fixingChecksums: true)
    let path = try folder.write(edited.bytes, to: "file")
    #expect(try outcome("permutation", path)?.status == .passed)
    #expect(try outcome("digests", path)?.status == .failed)
  }
}
