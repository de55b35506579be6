import Checkpoints
import TestSupport
import Testing

@Suite struct CheckpointNameTests {
  @Test(arguments: [
    ("Llama-3.2-1B", "Llama-3.2-1B"), ("a/snapshots/b", "b"),
    ("hub/models--meta-llama--Llama-3.2-1B/snapshots/4e20de36", "meta-llama/Llama-3.2-1B"),
    ("hub/models--gpt2/snapshots/4e20de36/", "gpt2"), ("models--x--y/main", "main"),
    ("x/../y/.", "y"),
  ])
  func `a model is called as its folder, or as on the Hub`(path: String, name: String) throws {
    let folder = try TemporaryFolder()
    let model = TinyLlama()
    for place in Set([path, "x/none"]) {
      try folder.write(model.configuration, to: place + "/config.json")
    }
    try folder.write(safetensorsFile(model.tensors), to: path + "/model.safetensors")
    #expect(try Checkpoint(path: folder.path(path)).name == name)
  }

  @Test func `a file is called by its own name`() throws {
    let folder = try TemporaryFolder()
    try TinyLlama().write(to: folder)
    #expect(try Checkpoint(path: folder.path("model.safetensors")).name == "model.safetensors")
  }
}
