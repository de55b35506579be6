import Architectures
import Checkpoints
import Kernels
import Running
import TestSupport
import Testing

/// Output projections that the configuration does not know.
@Suite struct HeadTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func logits(_ llama: TinyLlama) throws -> [Float] {
    try llama.write(to: folder)
    let model = try Model(path: folder.path)
    let parallel = Parallel(threads: 1)
    let finished = try LayerSweep(model, parallel: parallel).run([[1, 2, 3]]) { call in
      (call.weights.output(call.weights.hidden(call.input)), ())
    } finishedLayer: { _, _ in
    }
    return try OutputHead(model, parallel: parallel).logits(finished[0][0].stream).values
  }

  private static let embedding = "model.embed_tokens.weight"
  private static let output = "lm_head.weight"

  @Test func `a tied model with another output projection uses it, as Transformers does`() throws {
    var llama = TinyLlama()
    let untied = try logits(llama)
    llama.config["tie_word_embeddings"] = "true"
    #expect(try logits(llama) == untied)
    // Of another type, the same.
    let values = try #require(llama[tensor: Self.output])
    llama[tensor: Self.output] = nil
    let tied = try logits(llama)
    #expect(tied != untied)
    var copy = try #require(llama[tensor: Self.embedding])
    copy.name = values.name
    llama[tensor: Self.output] = copy
    #expect(try logits(llama) == tied)
    #expect(try Model(path: folder.path).configuration.tiedOutput)
  }

  @Test func `a tied model may be saved with its output projection alone`() throws {
    var llama = TinyLlama()
    llama.config["tie_word_embeddings"] = "true"
    llama[tensor: Self.output] = nil
    let tied = try logits(llama)
    var only = try #require(llama[tensor: Self.embedding])
    llama[tensor: Self.embedding] = nil
    only.name = Self.output
    llama[tensor: Self.output] = only
    #expect(try logits(llama) == tied)
  }

  @Test func `a model without an output projection predicts no token`() throws {
    var llama = TinyLlama()
    llama[tensor: Self.output] = nil
    try llama.write(to: folder)
    let model = try Model(path: folder.path)
    #expect(!model.predictsTokens && !model.configuration.hasHead)
    // An embedding is never invented.
    llama = TinyLlama()
    llama[tensor: Self.embedding] = nil
    try llama.write(to: folder)
    #expect(throws: ModelError.missingTensor(path: folder.path, name: Self.embedding)) {
      try Model(path: folder.path)
    }
  }

  @Test func `weights that were restored may keep the mark of their quantisation`() throws {
    var llama = TinyLlama()
    llama.config["quantization_config"] = #"{"quant_method": "bitsandbytes"}"#
    try llama.write(to: folder)
    #expect(try Model(path: folder.path).configuration.layers == 2)
    for suffix in ["_scale", ".absmax", "_zero_point"] {
      var quantised = llama
      quantised.tensors.append(
        .init(
          name: "model.layers.0.mlp.up_proj.weight" + suffix, type: "F32", shape: [1],
          bytes: floatBytes([1])))
      try quantised.write(to: folder)
      let error = #expect(throws: ModelError.self) { try Model(path: folder.path) }
      #expect(error?.description.contains("quantised (quantization_config: bitsandbytes)") == true)
    }
  }
}
