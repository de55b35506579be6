import JSON
import TestSupport
import Testing

/// A change to a valid configuration, and the words expected in the error.
struct BadConfiguration: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let mentions: [String]
  let key: String
  let value: JSONValue?
  /// Whether the configuration may be valid, but is not supported.
  let isUnsupported: Bool

  init(
    _ key: String, _ value: JSONValue?, _ mentions: String..., isUnsupported: Bool = false
  ) {
    self.key = key
    self.value = value
    self.mentions = mentions
    self.isUnsupported = isUnsupported
    testDescription = key + ": " + (value.map { JSONWriter.text($0) } ?? "missing")
  }
}

@Suite struct BadConfigurationTests {
  static let all: [BadConfiguration] = [
    // Members that disagree with the tensors.
    .init("hidden_size", 8, "embed_tokens", "[8, 8]", "[8, 4]"),
    .init("intermediate_size", 9, "gate_proj", "[9, 4]", "[8, 4]"),
    .init("vocab_size", 7, "embed_tokens", "[7, 4]", "[8, 4]"),
    .init("num_hidden_layers", 2, "model.layers.1.", "is missing"),
    .init("num_key_value_heads", 2, "k_proj", "[4, 4]", "[2, 4]"),
    .init("mlp_bias", true, "bias", "is missing"),
    // Members that are missing or invalid.
    .init("hidden_size", nil, "embed_tokens", "4096"), .init("model_type", nil, "model_type"),
    .init("hidden_size", "4", "hidden_size", "whole number", "\"4\""),
    .init("num_hidden_layers", 0, "num_hidden_layers", "at least 1", "0"),
    .init("num_hidden_layers", -1, "num_hidden_layers", "-1"),
    .init("num_hidden_layers", .double(1.5), "num_hidden_layers", "1.5"),
    .init("num_hidden_layers", .int(.max), "num_hidden_layers", "\(Int.max)"),
    .init("num_attention_heads", 0, "num_attention_heads"),
    .init("num_attention_heads", 3, "num_attention_heads", "divisor of hidden_size", "3"),
    .init("num_key_value_heads", 3, "num_key_value_heads"),
    .init("tie_word_embeddings", "yes", "tie_word_embeddings", "\"yes\""),
    .init("max_position_embeddings", 1, "max_position_embeddings", "at least 2"),
    .init("hidden_act", "tanh", "hidden_act", "silu", "tanh", isUnsupported: true),
    .init("rope_theta", 0, "rope_theta", "above 0"),
    .init("rope_scaling", ["rope_type": "dynamic"], "rope_scaling.factor"),
    .init("rope_scaling", ["rope_type": "ntk"], "rope_type", "ntk"),
    // Unsupported features.
    .init(
      "transformers_weights", "other.safetensors", "transformers_weights: other.safetensors",
      isUnsupported: true),
    .init("num_local_experts", 8, "a mixture of 8 experts", isUnsupported: true),
  ]

  @Test(arguments: all)
  func `a configuration that does not fit is refused, and inspect tells why`(
    bad: BadConfiguration
  ) throws {
    let folder = try TemporaryFolder()
    var model = SmallModel()
    model.config[bad.key] = bad.value
    let path = try model.write(to: folder)
    let mentions = [path + ": "] + bad.mentions
    let output = ["-o", folder.path("t.dmoe")]
    try expectRefused(
      ["partition", path, "--importance", "weights"] + output, 65, mentions, in: folder)
    try expectRefused(["calibrate", path] + Fixture.text + output, 65, mentions, in: folder)
    try expectRefused(["evaluate", path] + Fixture.text, 65, mentions, in: folder)

    let inspection = try expectDone(["inspect", path])
    let validation = try dynamoe(["validate", path])
    #expect(validation.status == (bad.isUnsupported ? 65 : 1))
    #expect(validation.errors.isEmpty != bad.isUnsupported)
    #expect(validation.output.contains("not valid") != bad.isUnsupported)
    for mention in bad.mentions {
      #expect(inspection.contains(mention), "\(inspection)")
      #expect(validation.output.contains(mention), "\(validation.output)")
    }
    let document = try JSONScanner.scan(Array(try expectDone(["inspect", path, "--json"]).utf8))
    // Names and shapes tell the layers all the same.
    #expect(document.object?["ffn"]?.object?["intermediate_size"]?.int == 8)
    #expect(document.object?["problems"]?.array?.count == 1)
  }

  @Test func `an unknown family is inspected and validated, but not partitioned`() throws {
    let folder = try TemporaryFolder()
    var model = SmallModel()
    model.config["model_type"] = "mamba"
    let path = try model.write(to: folder)
    try expectRefused(
      ["partition", path, "--importance", "weights", "-o", folder.path("t.dmoe")], 65,
      [path, "unknown model_type \"mamba\"; known: llama"], in: folder)
    #expect(try expectDone(["inspect", path]).contains("safetensors, mamba"))
    #expect(try expectDone(["validate", path]).contains("– configuration"))
  }

  @Test func `without config.json the weights can be looked at, and no more`() throws {
    let folder = try TemporaryFolder()
    let path = try SmallModel().write(to: folder) + "/model.safetensors"
    let alone = try folder.write(try bytes(at: path), to: "alone/model.safetensors")
    for path in [alone, folder.path("alone")] {
      try expectRefused(
        ["partition", path, "--importance", "weights", "-o", folder.path("t.dmoe")], 65,
        [path, "config.json"], in: folder)
      let document = try JSONScanner.scan(Array(try expectDone(["inspect", path, "--json"]).utf8))
      #expect(document.object?["architecture"] == .null)
      // Dimensions of the feed-forward layers come from the tensors' names and shapes.
      #expect(document.object?["ffn"]?.object?["intermediate_size"]?.int == 8)
      #expect(document.object?["ffn"]?.object?["activation"] == .null)
      try expectDone(["validate", path])
    }
  }

  @Test(arguments: ["{", "[]"])
  func `a configuration that is no JSON object is refused`(text: String) throws {
    let folder = try TemporaryFolder()
    let path = try SmallModel().write(to: folder)
    try folder.write(Array(text.utf8), to: "model/config.json")
    try expectRefused(
      ["partition", path, "--importance", "weights", "-o", folder.path("t.dmoe")], 65,
      [path, "config.json"], in: folder)
    #expect(try dynamoe(["validate", path]).status == 1)
    #expect(try expectDone(["inspect", path]).contains("Problem"))
  }

  @Test func `without a tokenizer everything works that needs no text`() throws {
    let folder = try TemporaryFolder()
    let path = try SmallModel().write(to: folder)
    let output = folder.path("t.dmoe")
    for command in [["partition", path, "-o", output], ["evaluate", path]] {
      try expectRefused(command + Fixture.text, 65, [path, "tokenizer.json"], in: folder)
    }
    try expectDone(["inspect", path])
    try expectDone(["validate", path])
    try expectDone(["partition", path, "-o", output, "--importance", "weights"])
    try expectDone(["validate", output, "--against", path])
  }

  @Test(arguments: ["{", "{}", #"{"model":{"type":"Unigram","vocab":[]}}"#])
  func `a tokenizer that cannot be read is refused, and named`(text: String) throws {
    let folder = try TemporaryFolder()
    let path = try SmallModel().write(to: folder)
    try folder.write(Array(text.utf8), to: "model/tokenizer.json")
    try expectRefused(
      ["evaluate", path] + Fixture.text, 65, [path, "tokenizer.json"], in: folder)
    #expect(try dynamoe(["validate", path]).status == 1)
  }

  @Test func `a tokenizer of another model is refused`() throws {
    let folder = try TemporaryFolder()
    let path = try SmallModel().write(to: folder)
    try folder.write(try bytes(at: Fixture.model + "/tokenizer.json"), to: "model/tokenizer.json")
    try expectRefused(
      ["evaluate", path] + Fixture.text, 65, [path, "the embedding has only 8 rows"], in: folder)
    let run = try dynamoe(["validate", path])
    #expect(run.status == 1 && run.output.contains("✗ tokenizer"))
  }
}
