import Checkpoints
import Safetensors
import Tensors
import TestSupport
import Testing

@Suite struct CheckpointFormatTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// The header length 640 is stored as the bytes 80 02, which also start a pickle.
  @Test func `a header whose length looks like a pickle is read`() throws {
    let path = folder.path("model.safetensors")
    let tensor = try #require(TensorDescription(name: "a", elementType: .u8, shape: [1]))
    let frame = #"{"__metadata__":{"k":""},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#
    let padding = String(repeating: "x", count: 640 - frame.utf8.count)
    try SafetensorsWriter.write([(tensor, [1])], metadata: [("k", padding)], to: path)
    try #require(try bytes(at: path).starts(with: [0x80, 2, 0, 0, 0, 0, 0, 0]))
    #expect(try Checkpoint(path: path).tensors == [tensor])
  }

  @Test func `pickles and GGUF are told by what they are, whatever their names`() throws {
    for start in [[0x80, 2, 0x8A, 10], [0x50, 0x4B, 3, 4, 0, 0, 8]] as [[UInt8]] {
      let path = try folder.write(start + [UInt8](repeating: 1, count: 20), to: "a.safetensors")
      #expect(throws: ModelError.safetensors(.pickle(path: path, found: "a.safetensors"))) {
        try Checkpoint(path: path)
      }
    }
    let path = try folder.write(Array("GGUF\u{3}".utf8), to: "b.safetensors")
    let error = try #require(throws: ModelError.self) { try Checkpoint(path: path) }
    guard case .gguf = error else { throw error }
  }
}
