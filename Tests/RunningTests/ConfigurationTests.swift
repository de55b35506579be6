import Checkpoints
import JSON
import TestSupport
import Testing

/// An invalid member of config.json, and the expected error.
struct WrongMember: Sendable, CustomTestStringConvertible {
  let key: String
  /// JSON text; nil if the member is missing.
  let value: String?
  let error: JSONFieldError

  init(
    _ key: String, _ value: String?, _ expected: String, found: String? = nil,
    field: String? = nil, isUnsupported: Bool = false
  ) {
    self.key = key
    self.value = value
    error = JSONFieldError(
      field: field ?? key, expected: expected, found: found ?? value ?? "nothing",
      isUnsupported: isUnsupported)
  }

  var testDescription: String { "\(key): \(value ?? "absent")" }
}

@Suite struct ConfigurationTests {
  static let scaling =
    "a known way of scaling positions: default, linear, dynamic, llama3, yarn or longrope"
  static let size = "a whole number, at least 1 and at most 16777216"
  static let wrongMembers: [WrongMember] = [
    .init("model_type", nil, "a value"),
    .init("model_type", "7", "a string"),
    .init("num_hidden_layers", "\"2\"", "a whole number, at least 1 and at most 65536"),
    .init("num_hidden_layers", "2.0", "a whole number, at least 1 and at most 65536"),
    .init("num_hidden_layers", "0", "a whole number, at least 1 and at most 65536"),
    .init("num_hidden_layers", "65537", "a whole number, at least 1 and at most 65536"),
    .init("hidden_size", "null", size),
    .init("hidden_size", "-8", size),
    .init("hidden_size", "16777217", size),
    .init("hidden_size", "9223372036854775808", size),
    .init("hidden_size", "1e1", size),
    .init("hidden_size", "[8]", size, found: "an array"),
    .init("intermediate_size", "{}", size, found: "an object"),
    .init("intermediate_size", "true", size),
    .init("num_attention_heads", "0", "a whole number, at least 1 and at most 8"),
    .init("num_attention_heads", "9", "a whole number, at least 1 and at most 8"),
    .init("num_attention_heads", "8", "an even number", found: "1", field: "head_dim"),
    .init("num_key_value_heads", "3", "a divisor of 4 heads"),
    .init("num_key_value_heads", "5", "a whole number, at least 1 and at most 4"),
    .init("num_key_value_heads", "0", "a whole number, at least 1 and at most 4"),
    .init("head_dim", "3", "an even number"),
    .init("head_dim", "0", "a whole number, at least 2 and at most 65536"),
    .init("head_dim", "65538", "a whole number, at least 2 and at most 65536"),
    .init("vocab_size", "99999999999999999999999", size),
    .init("max_position_embeddings", "1", "a whole number, at least 2 and at most 4294967296"),
    .init("rms_norm_eps", "\"1e-5\"", "a number"),
    .init("rms_norm_eps", "1e999", "a number"),
    .init("rms_norm_eps", "-1e-5", "a number of at least 0"),
    .init(
      "hidden_act", "\"tanh\"",
      "an activation known for llama: gelu or gelu_fast or gelu_new or gelu_pytorch_tanh or relu or "
        + "relu2 or silu or swish", isUnsupported: true),
    .init("hidden_act", "3", "a string"),
    .init("rope_theta", "0", "a number above 0"),
    .init("rope_theta", "-1.5", "a number above 0"),
    .init("rope_theta", "\"10000\"", "a number"),
    .init("rope_theta", "1e309", "a number"),
    .init(
      "rope_scaling", #"{"rope_type": "dynamic", "alpha": 8.0}"#,
      "no such member: only factor can be read", found: "8.0", field: "rope_scaling.alpha"),
    .init(
      "rope_scaling", #"{"type": "ntk", "factor": 2.0}"#, scaling, found: "\"ntk\"",
      field: "rope_scaling.type"),
    .init(
      "rope_scaling", #"{"type": "linear"}"#, "a value", found: "nothing",
      field: "rope_scaling.factor"),
    .init(
      "rope_scaling", #"{"type": "linear", "factor": -2}"#, "a number above 0", found: "-2",
      field: "rope_scaling.factor"),
    .init(
      "rope_scaling",
      #"{"rope_type": "llama3", "factor": 8, "low_freq_factor": 4, "high_freq_factor": 1}"#,
      "a number above 4.0", found: "1", field: "rope_scaling.high_freq_factor"),
    .init(
      "rope_scaling", #"{"type": "longrope", "short_factor": [1, 2], "long_factor": [1]}"#,
      "1 numbers above 0", found: "an array", field: "rope_scaling.short_factor"),
    .init("rope_scaling", #"{"type": 1}"#, "a string", found: "1", field: "rope_scaling.type"),
    .init("rope_scaling", "\"linear\"", "an object"),
    .init(
      "rope_parameters", #"{"rope_type": "llama3", "rope_theta": 5e5}"#, "a value",
      found: "nothing", field: "rope_parameters.low_freq_factor"),
    .init(
      "rope_parameters", #"{"rope_theta": null, "rope_type": false}"#, "a string", found: "false",
      field: "rope_parameters.rope_type"),
    .init(
      "rope_parameters", #"{"rope_theta": -2}"#, "a number above 0", found: "-2",
      field: "rope_parameters.rope_theta"),
    .init("tie_word_embeddings", "\"yes\"", "true or false"),
    .init("attention_bias", "1", "true or false"),
    .init("mlp_bias", "[]", "true or false", found: "an array"),
    .init("quantization_config", "\"int8\"", "an object"),
  ]

  @Test(arguments: wrongMembers)
  func `a member that is not what it must be is refused by name`(row: WrongMember) throws {
    var llama = TinyLlama(layers: 1)
    llama.config[row.key] = row.value
    let folder = try TemporaryFolder()
    try llama.write(to: folder)
    #expect(
      throws: ModelError.configuration(path: folder.path, file: "config.json", row.error)
    ) {
      try Model(path: folder.path)
    }
  }

  /// Members that set the RoPE base, and the resulting base.
  static let bases: [([String: String?], Double)] = [
    (["rope_theta": nil], 10_000), (["rope_theta": "null"], 10_000),
    (["rope_theta": "500000"], 500_000), (["rope_theta": "1e6", "rope_scaling": "null"], 1e6),
    (["rope_scaling": #"{"rope_type": "default"}"#], 10_000),
    (["rope_scaling": #"{"type": "default"}"#, "rope_theta": "2.5"], 2.5),
    (
      [
        "rope_theta": nil,
        "rope_parameters": #"{"rope_theta": 500000.0, "rope_type": "default"}"#,
      ], 500_000
    ),
    (["rope_theta": "7", "rope_parameters": #"{"rope_theta": 8}"#], 8),
    (["rope_theta": "7", "rope_parameters": #"{"rope_type": "default"}"#], 7),
  ]

  @Test(arguments: bases)
  func `the rotary base is found where either version of Transformers writes it`(
    members: [String: String?], base: Double
  ) throws {
    var llama = TinyLlama(layers: 1)
    for (key, value) in members { llama.config[key] = value }
    let folder = try TemporaryFolder()
    try llama.write(to: folder)
    #expect(try Model(path: folder.path).configuration.rotary?.base == base)
  }

  @Test func `a configuration is read once, with what is left out filled in`() throws {
    let folder = try TemporaryFolder()
    var llama = TinyLlama()
    llama.config["hidden_act"] = "\"swish\""
    llama.config["quantization_config"] = "null"
    llama.config["unheard_of"] = "[1, 2]"
    try llama.write(to: folder)
    let model = try Model(path: folder.path)
    #expect(model.family.name == "llama")
    let found = model.configuration
    #expect((found.layers, found.hiddenSize, found.neurons.uniform) == (2, 8, 12))
    #expect((found.heads, found.keyValueHeads, found.headDimension) == (4, 2, 2))
    #expect((found.vocabularySize, found.contextLength) == (16, 32))
    #expect((found.normEpsilon, found.activation) == (1e-5, .silu))
    #expect(!found.tiedOutput && found.biases.isEmpty && found.spans == [nil, nil])
  }

  @Test func `a family that is not known is named, with those that are`() throws {
    let folder = try TemporaryFolder()
    var llama = TinyLlama()
    llama.config["model_type"] = "\"mamba\""
    try llama.write(to: folder)
    let error = ModelError.unknownFamily(path: folder.path, modelType: "mamba")
    #expect(throws: error) { try Model(path: folder.path) }
    #expect(error.description.contains("\"mamba\"") && error.description.contains("llama"))
  }

  @Test(arguments: [("{\"quant_method\": \"gptq\"}", "gptq"), ("{}", "unknown")])
  func `quantised weights are refused`(value: String, method: String) throws {
    let folder = try TemporaryFolder()
    var llama = TinyLlama()
    llama.config["quantization_config"] = value
    llama[tensor: "model.layers.0.mlp.up_proj.weight"]?.name = "model.layers.0.mlp.up_proj.qweight"
    try llama.write(to: folder)
    #expect(
      throws: ModelError.unsupported(
        path: folder.path,
        what: "its weights are quantised (quantization_config: \(method))",
        advice: "use the checkpoint that it was made from")
    ) {
      try Model(path: folder.path)
    }
  }

  @Test func `a model needs a config.json that is JSON and an object`() throws {
    let folder = try TemporaryFolder()
    try folder.write(safetensorsFile(TinyLlama().tensors), to: "model.safetensors")
    #expect(throws: ModelError.noConfiguration(path: folder.path)) { try Model(path: folder.path) }
    try folder.write(Array("{\"model_type\":".utf8), to: "config.json")
    #expect(
      throws: ModelError.configurationText(
        path: folder.path, file: "config.json", JSONError(.unexpectedEnd, at: 14))
    ) {
      try Model(path: folder.path)
    }
    try folder.write(Array("[]".utf8), to: "config.json")
    #expect(
      throws: ModelError.configuration(
        path: folder.path, file: "config.json",
        JSONFieldError(field: "", expected: "an object", found: "an array"))
    ) {
      try Model(path: folder.path)
    }
  }
}
