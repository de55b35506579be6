import JSON
import Safetensors
import Tensors
import TestSupport
import Testing

@Suite struct FolderWriterTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Sizes of tensors, the shard size, and the expected grouping of tensors.
  @Test(arguments: [
    ([4, 4, 4], 12, [[0, 1, 2]]), ([4, 4, 4], 11, [[0, 1], [2]]), ([4, 4, 4], 8, [[0, 1], [2]]),
    ([4, 4, 4], 7, [[0], [1], [2]]), ([4, 4, 4], 1, [[0], [1], [2]]),
    ([1, 20, 1, 1], 3, [[0], [1], [2, 3]]), ([20, 1], 3, [[0], [1]]),
    ([0, 0, 5, 0], 5, [[0, 1, 2, 3]]),
    ([0, 5, 0, 5], 5, [[0, 1, 2], [3]]), ([3], .max, [[0]]), ([], 5, [[]]),
  ])
  func `tensors are shared out in their order`(sizes: [Int], shard: Int, expected: [[Int]]) throws {
    let tensors = try sizes.enumerated().map { index, size in
      try #require(
        TensorDescription(name: TensorName("t\(index)"), elementType: .u8, shape: [size]))
    }
    let writer = try SafetensorsFolderWriter(
      folder: folder.path, tensors: tensors, shardSize: shard, metadata: [("format", "pt")])
    for (index, tensor) in tensors.enumerated().reversed() {
      let bytes = [UInt8](repeating: UInt8(index), count: tensor.byteCount)
      try writer.write(bytes, of: tensor.name, at: 0)
    }
    try writer.commit()
    let reader = try SafetensorsReader(path: folder.path)
    #expect(
      reader.files.map { $0.header.entries.map(\.description.name.text) }
        == expected.map {
          $0.map { "t\($0)" }
        })
    #expect(reader.files.allSatisfy { $0.metadata.map(\.key) == ["format"] })
    for (index, tensor) in tensors.enumerated() {
      #expect(try reader.read(tensor.name).allSatisfy { $0 == index })
    }
    let count = expected.count
    #expect(writer.files.count == count)
    #expect(writer.files.allSatisfy(SafetensorsFolderWriter.writes))
    guard count > 1 else { return #expect(try folder.names() == ["model.safetensors"]) }
    #expect(writer.files[1] == "model-00002-of-0000\(count).safetensors")
    #expect(try folder.names().allSatisfy(SafetensorsFolderWriter.writes))
    #expect(reader.indexMetadata?["total_size"]?.int == sizes.reduce(0, +))
  }

  @Test func `a tensor that is not whole leaves no checkpoint`() throws {
    let tensor = try #require(TensorDescription(name: "t", elementType: .u8, shape: [2]))
    let writer = try SafetensorsFolderWriter(
      folder: folder.path, tensors: [tensor], shardSize: 9, metadata: [])
    try writer.write([1], of: "t", at: 1)
    #expect(throws: SafetensorsError.self) { try writer.write([1], of: "u", at: 0) }
    #expect(throws: SafetensorsError.self) { try writer.commit() }
    #expect(try !folder.names().contains("model.safetensors"))
  }

  @Test(arguments: [
    "model.safetensors.bak", "model-1-of-2.safetensors", "weights.safetensors",
    "xmodel.safetensors",
    "model-00001-of-00002.safetensors.index.json", "",
  ])
  func `other names are not its own`(name: String) {
    #expect(!SafetensorsFolderWriter.writes(name))
  }
}
