import ByteIO
import DMOE
import TestSupport
import Testing

@Suite struct PermutationCheckTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func `the permutations of a container pass`() throws {
    let found = try #require(try outcome("permutation", Converted.path()))
    #expect(found.status == .passed && found.detail == "4 layers of 384 neurons")
  }

  @Test(arguments: [nil, 384, UInt32.max])
  func `an index twice or out of range fails and is named`(index: UInt32?) throws {
    var edited = try EditedContainer()
    let tensor = try edited.stored(.permutation(layer: 3))
    let first = LittleEndian.load(UInt32.self, from: try edited.reader.read(tensor), at: 0)
    try edited.replace(
      LittleEndian.bytes(of: index ?? first), at: 4 * 200, in: tensor, fixingChecksums: true)
    let path = try folder.write(edited.bytes, to: "file")
    let found = try #require(try outcome("permutation", path))
    #expect(found.status == .failed)
    #expect(
      found.detail.contains("permutation of layer 3: the index \(index ?? first) at rank 200"))
    // Without valid permutations, the source tensors cannot be reconstructed either.
    #expect(try outcome("digests", path)?.status == .failed)
  }

  @Test func `a dense checkpoint is not asked`() throws {
    #expect(try outcome("permutation", Fixture.model) == nil)
  }
}
