import Architectures
import Checkpoints
import Foundation
import JSON
import TestSupport
import Testing

/// Each family reads the keys of `config.json` that Transformers reads in it, with its defaults.
@Suite struct FamilyKeysTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Configuration of a fixture with changed members; nil removes a member.
  private func configuration(
    _ name: String, _ changes: [String: JSONValue?] = [:]
  ) throws -> ModelConfiguration {
    let file = try fixture("fixtures/families/\(name)/config.json")
    var object = try #require(JSONScanner.scan(file, as: .python).object)
    for (key, value) in changes { object[key] = value }
    try folder.write(Array(JSONWriter.text(.object(object)).utf8), to: "config.json")
    try folder.write(
      fixture("fixtures/families/\(name)/model.safetensors"), to: "model.safetensors")
    return try Model(path: folder.path).configuration
  }

  /// Keys with an effect in some families only, and the fixtures of these.
  static let own: [(key: String, value: JSONValue, families: Set<String>)] = [
    (
      "sliding_window", 3,
      [
        "mistral", "qwen2", "qwen3", "gemma2", "gemma3", "phi3", "starcoder2", "exaone4",
        "ministral", "olmo3", "cohere2",
      ]
    ),
    ("attn_logit_softcapping", 5, ["gemma2"]),
    ("final_logit_softcapping", 5, ["gemma2", "gemma3"]),
    ("query_pre_attn_scalar", 7, ["gemma2", "gemma3"]),
    (
      "partial_rotary_factor", .double(0.5),
      ["phi3", "glm", "glm4", "nemotron", "phi", "stablelm"]
    ),
    ("rotary_pct", .double(0.5), ["gpt_neox", "gpt_neox_serial"]),
    ("type_vocab_size", 5, ["bert", "roberta"]),
    ("embedding_multiplier", 3, ["granite"]), ("logit_scale", 2, ["cohere", "cohere2"]),
    ("clip_qkv", .double(0.5), ["olmo", "mpt"]),
  ]

  @Test(arguments: FamilyFolders.all)
  func `keys of other families change nothing`(_ name: String) throws {
    var changes: [String: JSONValue?] = [:]
    for (key, value, families) in Self.own where !families.contains(name) { changes[key] = value }
    let withoutGroups = [
      "gpt2", "gpt_neox", "gpt_neox_serial", "gptj", "opt", "bert", "roberta", "bloom", "mpt",
      "gpt_neo", "falcon",
    ]
    if withoutGroups.contains(name) {
      changes["num_key_value_heads"] = 1
    }
    if ["gpt2", "opt", "bert", "roberta", "bloom", "mpt", "gpt_neo"].contains(name) {
      changes["head_dim"] = 6
    }
    #expect(try configuration(name, changes) == configuration(name))
  }

  @Test(arguments: [("gpt_neox", "head_dim", 6), ("opt", "word_embed_proj_dim", 8)])
  func `sizes that only part of a model would have are refused`(
    name: String, key: String, value: Int
  ) throws {
    #expect {
      try configuration(name, [key: .int(value)])
    } throws: { error in
      guard case ModelError.configuration(_, _, let error) = error else { return false }
      return error.field == key && error.isUnsupported
    }
    let own = try configuration(name)
    let right = key == "head_dim" ? own.headDimension : own.hiddenSize
    #expect(try configuration(name, [key: .int(right)]) == own)
  }

  @Test func `attention to later tokens is read, and refused beside windows`() throws {
    #expect(try !configuration("llama3", ["is_causal": false]).isCausal)
    #expect(try configuration("llama3", ["is_causal": true]).isCausal)
    // GPT-Neo masks later tokens itself.
    #expect(try configuration("gpt_neo", ["is_causal": false]).isCausal)
    for name in ["mistral", "bloom"] {
      #expect(throws: ModelError.self) { try configuration(name, ["is_causal": false]) }
    }
  }

  @Test func `a wrapper ties the output unless it and its member say otherwise`() throws {
    func isTied(_ own: JSONValue?, _ member: JSONValue?) throws -> Bool? {
      let document: JSONObject = try #require(
        JSONScanner.scan(fixture("fixtures/families/mistral3/config.json")).object)
      var changed = document
      changed["tie_word_embeddings"] = own
      var text = try #require(changed["text_config"]?.object)
      text["tie_word_embeddings"] = member
      text["model_type"] = nil
      changed["text_config"] = .object(text)
      let language = LanguageConfiguration(.object(changed))
      #expect(language?.modelType == "mistral")
      return language?.object["tie_word_embeddings"]?.bool
    }
    #expect(try isTied(nil, nil) == true)
    #expect(try isTied(false, true) == true)
    #expect(try isTied(false, nil) == false)
    #expect(try isTied(nil, false) == true)
  }

  @Test func `a magnitude of YaRN that is 0 counts as none`() throws {
    func rotary(_ more: String) throws -> RotaryPositions? {
      let text = #"{"rope_type": "yarn", "factor": 4, "beta_fast": 16\#(more)}"#
      let yarn = try JSONScanner.scan(Array(text.utf8))
      return try configuration("llama3", ["rope_scaling": yarn]).rotary
    }
    #expect(try rotary(#", "mscale": 0, "mscale_all_dim": 0"#) == rotary(""))
    #expect(try rotary(#", "mscale": 2, "mscale_all_dim": 0"#) == rotary(""))
    #expect(try rotary(#", "mscale": 2, "mscale_all_dim": 1"#) != rotary(""))
  }

  @Test func `missing keys have the values of Transformers, and null has none`() throws {
    func caps(_ value: JSONValue?) throws -> [Double?] {
      let found = try configuration(
        "gemma2", ["attn_logit_softcapping": value, "final_logit_softcapping": value])
      return [found.attentionSoftCap, found.outputSoftCap]
    }
    #expect(try caps(nil) == [50, 30])
    #expect(try caps(.null) == [nil, nil])
    let scalar = try configuration("gemma3", ["query_pre_attn_scalar": nil]).attentionScale
    #expect(scalar == 0.0625)
    let removed: JSONValue? = nil
    for (name, window) in [("mistral", 4096), ("gemma3", 4096), ("starcoder2", nil)] {
      let spans = try configuration(name, ["sliding_window": removed]).spans
      #expect(spans.compactMap(\.self).first == window, "\(name)")
      #expect(
        try configuration(name, ["sliding_window": .null]).spans.allSatisfy { $0 == nil }, "\(name)"
      )
    }
    let epsilon = try configuration("olmo2", ["rms_norm_eps": nil]).normEpsilon
    #expect(epsilon == 1e-5)
    #expect(try configuration("bert", ["layer_norm_eps": nil]).normEpsilon == 1e-12)
  }

  @Test func `the windows of Qwen follow its flag and the types of its layers`() throws {
    func spans(_ changes: [String: JSONValue?]) throws -> [Int?] {
      try configuration(
        "qwen2", ["sliding_window": 8, "layer_types": nil].merging(changes) { $1 }
      ).spans
    }
    let layers = try configuration("qwen2").layers
    #expect(try spans(["use_sliding_window": false]) == [Int?](repeating: nil, count: layers))
    #expect(
      try spans(["use_sliding_window": true, "max_window_layers": 1])
        == [nil] + [Int?](repeating: 8, count: layers - 1))
    #expect(
      try spans(["use_sliding_window": true, "max_window_layers": nil])
        == [Int?](repeating: nil, count: layers))
    let kinds = (0..<layers).map { $0 == 0 ? "sliding_attention" : "full_attention" }
    let types = JSONValue.array(kinds.map { .string($0) })
    #expect(
      try spans(["use_sliding_window": true, "layer_types": types])
        == [8] + [Int?](repeating: nil, count: layers - 1))
    #expect(throws: ModelError.self) {
      try spans(["use_sliding_window": false, "layer_types": types])
    }
  }

  @Test func `GPT-2 has its sizes by either name`() throws {
    let plain = try configuration("gpt2")
    let heads = JSONValue.int(plain.heads)
    #expect(try configuration("gpt2", ["n_head": nil, "num_attention_heads": heads]) == plain)
    // The other name counts.
    let more = try configuration("gpt2", ["num_attention_heads": .int(2 * plain.heads)])
    #expect(more.heads == 2 * plain.heads)
  }

  @Test func `kinds of layers make another model of Mistral, and are refused`() throws {
    let kinds: JSONValue = ["sliding_attention", "full_attention"]
    let error = #expect(throws: ModelError.self) {
      try configuration("mistral", ["layer_types": kinds])
    }
    #expect(error?.description.contains("config.json: layer_types") == true)
    #expect(error?.isUnsupported == true)
  }

  @Test func `a LLaMA-1 configuration relies on defaults`() throws {
    var llama = TinyLlama(layers: 1)
    for key in ["max_position_embeddings", "rms_norm_eps", "hidden_act"] { llama.config[key] = nil }
    try llama.write(to: folder)
    let config = try Model(path: folder.path).configuration
    #expect(config.contextLength == 2048 && config.normEpsilon == 1e-6)
    #expect(config.activation == .silu)
  }

  @Test func `what Python writes beside JSON does no harm`() throws {
    let llama = TinyLlama(layers: 1)
    let text = String(decoding: llama.configuration, as: UTF8.self).dropLast()
    let more = #", "a": NaN, "b": [Infinity, -Infinity], "rope_theta": 5, "c": 1, "c": 2}"#
    try llama.write(to: folder)
    try folder.write(Array((text + more).utf8), to: "config.json")
    #expect(try Model(path: folder.path).configuration.rotary?.base == 5)
    try folder.write(Array((text + #", "rms_norm_eps": NaN}"#).utf8), to: "config.json")
    let error = #expect(throws: ModelError.self) { try Model(path: folder.path) }
    #expect(error?.description.contains("rms_norm_eps: expected a number, found NaN") == true)
  }

  @Test func `a base of rotations beside a scaling is the family's own`() throws {
    let bare = try configuration("apertus", ["rope_theta": nil])
    #expect(bare.rotary?.base == 12_000_000)
    #expect(bare.rotary?.scaling == (try configuration("apertus")).rotary?.scaling)
  }

  @Test func `layers with windows need a window that is turned on`() throws {
    let kinds: JSONValue = [
      "sliding_attention", "full_attention", "full_attention", "full_attention",
    ]
    let error = #expect(throws: ModelError.self) {
      try configuration("smollm3", ["layer_types": kinds, "sliding_window": 8])
    }
    #expect(error?.description.contains("layer_types[0]: expected \"full_attention\"") == true)
  }

  private static let yarn: JSONValue = [
    "rope_type": "yarn", "factor": 4, "original_max_position_embeddings": 16, "rope_theta": 100,
  ]

  /// Members of a LLaMA's configuration, and the rotation that Transformers gives it.
  static let rotations: [([String: JSONValue], RotaryPositions)] = {
    func rotation(_ base: Double, _ scaling: RotaryScaling) -> RotaryPositions {
      RotaryPositions(base: base, dimension: 2, scaling: scaling)
    }
    func scaled(_ original: Double, truncates: Bool = true) -> RotaryScaling {
      .yarn(
        factor: 4, fast: 32, slow: 1, original: original, magnitude: 0.1 * log(4) + 1,
        truncates: truncates)
    }
    let plain: JSONValue = ["rope_type": "default", "rope_theta": 7]
    let linear: JSONValue = ["type": "linear", "factor": 2, "rope_theta": 500]
    return [
      // `rope_scaling` replaces `rope_parameters`, unless it is empty.
      (["rope_parameters": plain, "rope_scaling": yarn], rotation(100, scaled(16))),
      (["rope_parameters": yarn, "rope_scaling": [:]], rotation(100, scaled(16))),
      (["rope_scaling": linear, "rope_theta": 7], rotation(500, .linear(factor: 2))),
      // The original length at the root counts.
      (
        ["rope_parameters": yarn, "original_max_position_embeddings": 8], rotation(100, scaled(8))
      ),
      (
        ["rope_scaling": ["type": "yarn", "factor": 4, "truncate": false]],
        rotation(10_000, scaled(32, truncates: false))
      ),
      (
        ["rope_scaling": ["type": "dynamic", "factor": 4]],
        rotation(10_000, .dynamic(factor: 4, original: 32))
      ),
      // LLaMA rotates whole heads.
      (["partial_rotary_factor": .double(0.5)], rotation(10_000, .none)),
    ]
  }()

  @Test(arguments: rotations)
  func `of two places for positions the one of Transformers counts`(
    members: [String: JSONValue], rotation: RotaryPositions
  ) throws {
    var llama = TinyLlama(layers: 1)
    for (key, value) in members { llama.config[key] = JSONWriter.text(value) }
    try llama.write(to: folder)
    #expect(try Model(path: folder.path).configuration.rotary == rotation)
  }

  @Test func `kinds of layers have their own rotation in Gemma 3, and nowhere else`() throws {
    let kinds: JSONValue = [
      "full_attention": Self.yarn, "sliding_attention": ["rope_type": "linear", "factor": 2],
    ]
    let gemma = try configuration(
      "gemma3", ["rope_parameters": kinds, "rope_scaling": nil, "rope_local_base_freq": 33])
    #expect(gemma.rotary?.base == 100)
    #expect(gemma.windowedRotary?.base == 33)
    #expect(gemma.windowedRotary?.scaling == .linear(factor: 2))
    let error = #expect(throws: ModelError.self) {
      try configuration("qwen3", ["rope_parameters": kinds])
    }
    #expect(
      error?.description.contains("rope_parameters.full_attention: expected the same") == true)
    let flat = #expect(throws: ModelError.self) {
      try configuration("gemma3", ["rope_parameters": Self.yarn, "rope_scaling": nil])
    }
    #expect(flat?.description.contains("rope_parameters.rope_type") == true)
  }
}
