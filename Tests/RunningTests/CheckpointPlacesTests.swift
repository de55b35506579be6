import Checkpoints
import Foundation
import Safetensors
import Tensors
import TestSupport
import Testing

/// Folders that are not simply a checkpoint: repositories of the Hub's cache, clones without Git
/// LFS, adapters.
@Suite struct CheckpointPlacesTests {
  private let folder: TemporaryFolder
  private let pointer = Array(
    "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5000\n".utf8)

  init() throws { folder = try TemporaryFolder() }

  private func writeModel(_ name: String, _ tensors: [(TensorName, [Int])]) throws {
    try folder.write([], to: name)
    try SafetensorsWriter.write(
      try tensors.map { name, shape in
        let tensor = try #require(
          TensorDescription(name: name, elementType: .u8, shape: shape))
        return (tensor, [UInt8](repeating: 1, count: tensor.byteCount))
      }, to: folder.path(name))
  }

  @Test func `a repository of the Hub's cache is read at its main revision`() throws {
    let repository = "hub/models--org--name"
    try writeModel(repository + "/snapshots/aaa/model.safetensors", [("old", [1])])
    try writeModel(repository + "/snapshots/bbb/model.safetensors", [("new", [1])])
    try folder.write(Array("bbb".utf8), to: repository + "/refs/main")
    let checkpoint = try Checkpoint(path: folder.path(repository))
    #expect(checkpoint.tensors.map(\.name) == ["new"] && checkpoint.name == "org/name")
    #expect(checkpoint.notes.count == 1 && checkpoint.notes[0].contains("snapshot bbb was read"))
    #expect(try Checkpoint(path: folder.path(repository + "/snapshots/aaa")).notes.isEmpty)

    try folder.write(Array("../../../etc".utf8), to: repository + "/refs/main")
    let error = try #require(throws: ModelError.self) {
      try Checkpoint(path: folder.path(repository))
    }
    #expect(
      error.description.contains(
        "a repository of the Hub's cache with 2 snapshots, of which refs/main names none; "
          + "give one of snapshots/aaa, snapshots/bbb"))
    let cache = try #require(throws: ModelError.self) {
      try Checkpoint(path: folder.path("hub"))
    }
    #expect(cache.description.contains("a cache of the Hub"))
    #expect(cache.description.contains("models--org--name"))
  }

  @Test func `the only snapshot of a repository needs no revision`() throws {
    let repository = "models--name"
    try writeModel(repository + "/snapshots/aaa/model.safetensors", [("x", [1])])
    #expect(try Checkpoint(path: folder.path(repository)).tensors.count == 1)
    try FileManager.default.removeItem(atPath: folder.path(repository + "/snapshots/aaa"))
    let error = try #require(throws: ModelError.self) {
      try Checkpoint(path: folder.path(repository))
    }
    #expect(error.description.contains("with 0 snapshots; fetch the model again"))
  }

  @Test(arguments: ["model.gguf", "model.safetensors", "folder/a.gguf"])
  func `a pointer of Git LFS in place of weights is called that`(name: String) throws {
    let path = try folder.write(pointer, to: name)
    let place = name.contains("/") ? folder.path("folder") : path
    let error = try #require(throws: ModelError.self) { try Checkpoint(path: place) }
    #expect(error.description.contains("a pointer of Git LFS to a file of 5000 bytes"))
  }

  @Test func `a pointer of Git LFS in place of a document is called that`() throws {
    try writeModel("m/model.safetensors", [("x", [1])])
    try folder.write(pointer, to: "m/tokenizer.json")
    let checkpoint = try Checkpoint(path: folder.path("m"))
    #expect(
      throws: ModelError.pointer(path: folder.path("m"), file: "tokenizer.json", size: 5000)
    ) { try checkpoint.document("tokenizer.json") }
    #expect(
      checkpoint.notes == ["tokenizer.json: a pointer of Git LFS to a file of 5000 bytes"])
  }

  @Test func `an adapter is told by its tensors or by its name`() throws {
    let low = "base_model.model.model.layers.0.self_attn.q_proj."
    try writeModel(
      "lora/adapter_model.safetensors",
      [(TensorName(low + "lora_A.weight"), [4, 8]), (TensorName(low + "lora_B.weight"), [8, 4])])
    let bare = try Checkpoint(path: folder.path("lora")).adapter()
    #expect(bare == Adapter(type: nil, rank: 4, base: nil))
    let text = #"{"base_model_name_or_path": "org/base", "peft_type": "LORA", "r": 16}"#
    try folder.write(Array(text.utf8), to: "lora/adapter_config.json")
    let named = try Checkpoint(path: folder.path("lora"))
    #expect(try named.adapter() == Adapter(type: "LORA", rank: 16, base: "org/base"))
    let error = try #require(throws: ModelError.self) { try Model(named) }
    #expect(error.description.contains("an adapter (LORA, rank 16) of org/base"))

    try writeModel("prompt/adapter_model.safetensors", [("prompt_embeddings", [4, 8])])
    #expect(try Checkpoint(path: folder.path("prompt")).adapter() == nil)
    try folder.write(Array("{}".utf8), to: "prompt/adapter_config.json")
    #expect(try Checkpoint(path: folder.path("prompt")).adapter() != nil)

    // A whole model beside an adapter's files is a model.
    try writeModel("both/model.safetensors", [("x", [1])])
    try folder.write(Array(text.utf8), to: "both/adapter_config.json")
    #expect(try Checkpoint(path: folder.path("both")).adapter() == nil)
  }
}
