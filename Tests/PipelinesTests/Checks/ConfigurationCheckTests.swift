import TestContainers
import TestSupport
import Testing

@Suite struct ConfigurationCheckTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func `a model and its container pass`() throws {
    let dense = try #require(try outcome("configuration", Fixture.model))
    // Nine tensors per layer, the embedding, the final norm and the output projection.
    #expect(dense.status == .passed && dense.detail.contains("39 tensors"))
    #expect(try outcome("configuration", Converted.path()) == dense)
  }

  @Test func `weights that no configuration describes are skipped`() throws {
    let path = try folder.copyModel(["model.safetensors"])
    #expect(try outcome("configuration", path)?.status == .skipped)
    var numbers = RandomNumbers(seed: 1)
    let container = TestContainer.random(&numbers)
    let bare = try TestContainer(
      model: container.model, widths: container.widths, tensors: container.tensors,
      orders: container.orders
    ).write(to: folder.path("bare"))
    #expect(try outcome("configuration", bare)?.status == .skipped)
  }

  @Test func `a family that is not known is skipped`() throws {
    let path = try folder.copyModel()
    try folder.replace(
      #""model_type": "llama""#, by: #""model_type": "mamba""#, in: "model/config.json")
    let found = try #require(try outcome("configuration", path))
    #expect(found.status == .skipped && found.detail.contains("mamba"))
  }

  @Test(
    arguments: [
      (#""num_hidden_layers": 4"#, #""num_hidden_layers": 5"#, "model.layers.4."),
      (#""intermediate_size": 384"#, #""intermediate_size": 383"#, "[383, 128]"),
      (#""vocab_size": 1024"#, #""vocab_size": 1000"#, "model.embed_tokens.weight"),
      (#""mlp_bias": false"#, #""mlp_bias": true"#, "mlp.gate_proj.bias"),
      (#""hidden_size": 128"#, #""hidden_size": -1"#, "hidden_size"),
      (#""hidden_size": 128,"#, #""hidden_size": ,"#, "JSON"),
    ])
  func `a configuration that the tensors contradict fails`(
    old: String, new: String, detail: String
  ) throws {
    let path = try folder.copyModel()
    try folder.replace(old, by: new, in: "model/config.json")
    let found = try #require(try outcome("configuration", path))
    #expect(found.status == .failed && found.detail.contains(detail), "\(found.detail)")
  }

  @Test func `a container whose directory says otherwise fails`() throws {
    var edited = try EditedContainer()
    let tensor = try edited.stored(.file("config.json"))
    let text = String(decoding: try edited.reader.read(tensor), as: UTF8.self)
    let place = try #require(text.firstRange(of: "\"num_hidden_layers\": 4"))
    let offset = text.utf8.distance(from: text.startIndex, to: place.upperBound) - 1
    try edited.replace(Array("3".utf8), at: offset, in: tensor, fixingChecksums: true)
    let path = try folder.write(edited.bytes, to: "file")
    let found = try #require(try outcome("configuration", path))
    #expect(found.status == .failed && found.detail.contains("directory: model: expected family"))
    #expect(try outcome("checksums", path)?.status == .passed)
  }
}
