import Architectures
import Checkpoints
import GGUF
import TestSupport
import Testing

/// Keys and tensors of GGUF files mean what they mean to llama.cpp, by which each row was checked.
@Suite struct GGUFKeysTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func configuration(_ model: TinyGGUF) throws -> ModelConfiguration {
    try Model(path: model.write(to: folder)).configuration
  }

  /// Architecture, window, pattern, and the layers of six with a window.
  static let patterns: [(String, UInt32?, GGUFValue?, [Bool])] = [
    ("gemma2", nil, nil, [true, false, true, false, true, false]),
    ("gemma2", 8, .u32(3), [true, true, false, true, true, false]),
    ("gemma2", 8, .u32(0), [true, true, true, true, true, true]),
    ("gemma3", 8, nil, [true, true, true, true, true, false]),
    ("gemma3", nil, nil, [false, false, false, false, false, false]),
    (
      "gemma3", 8, .array(.bool([true, false, false, true, false, false])),
      [true, false, false, true, false, false]
    ),
    (
      "gemma3", 8, .array(.u32([1, 0, 0, 1, 0, 0])), [true, false, false, true, false, false]
    ),
    ("olmo2", 8, nil, [true, true, true, false, true, true]),
    ("olmo2", 8, .u32(2), [true, false, true, false, true, false]),
    // llama.cpp gives these no windows.
    ("llama", 8, .u32(2), [false, false, false, false, false, false]),
    ("qwen2", 8, nil, [false, false, false, false, false, false]),
  ]

  @Test(arguments: patterns)
  func `windows follow the pattern that the file states`(
    architecture: String, window: UInt32?, pattern: GGUFValue?, limited: [Bool]
  ) throws {
    var model = TinyGGUF(architecture: architecture, layers: 6)
    model.keys["attention.sliding_window"] = window.map { .u32($0) }
    model.keys["attention.sliding_window_pattern"] = pattern
    if architecture == "qwen2" { model.tensors = Self.biases(layers: 6) }
    let size = window.map { Int($0) } ?? 4096
    #expect(try configuration(model).spans == limited.map { $0 ? size : nil })
  }

  private static func biases(layers: Int) -> [(name: String, shape: [Int])] {
    (0..<layers).flatMap { layer in
      [("q", 8), ("k", 4), ("v", 4)].map { ("blk.\(layer).attn_\($0).bias", [$1]) }
    }
  }

  @Test func `a pattern of another number of layers is refused`() throws {
    var model = TinyGGUF(architecture: "gemma3", layers: 6)
    model.keys["attention.sliding_window"] = .u32(8)
    model.keys["attention.sliding_window_pattern"] = .array(.bool([true, false]))
    let key = "gemma3.attention.sliding_window_pattern"
    #expect(
      throws: ModelError.metadata(
        path: folder.path("tiny.gguf"), key: key, expected: "a flag for each of 6 layers",
        found: "2")
    ) { try configuration(model) }
  }

  @Test func `layers with windows rotate by the rule of their architecture`() throws {
    func rotations(_ architecture: String) throws -> [RotaryPositions?] {
      var model = TinyGGUF(architecture: architecture, layers: 6)
      model.keys = [
        "attention.sliding_window": .u32(8), "rope.freq_base": .f32(500),
        "rope.freq_base_swa": .f32(70), "rope.scaling.factor": .f32(4),
      ]
      let found = try configuration(model)
      return [found.rotary(layer: 0), found.rotary]
    }
    let linear = RotaryPositions(base: 500, dimension: 2, scaling: .linear(factor: 4))
    var other = linear
    other.base = 70
    #expect(try rotations("gemma2") == [other, linear])
    #expect(try rotations("gemma3") == [RotaryPositions(base: 70, dimension: 2), linear])
    #expect(try rotations("olmo2") == [RotaryPositions(base: 500, dimension: 2), linear])
  }

  @Test func `soft caps are those of the architecture`() throws {
    func caps(_ architecture: String, _ keys: [String: GGUFValue]) throws -> [Double?] {
      let found = try configuration(TinyGGUF(architecture: architecture, keys: keys))
      return [found.attentionSoftCap, found.outputSoftCap]
    }
    let stated: [String: GGUFValue] = [
      "attn_logit_softcapping": .f32(5), "final_logit_softcapping": .f32(6),
    ]
    #expect(try caps("gemma2", [:]) == [50, 30])
    #expect(try caps("gemma2", stated) == [5, 6])
    #expect(try caps("gemma3", stated) == [nil, 6])
    #expect(try caps("gemma3", [:]) == [nil, nil])
    #expect(try caps("llama", stated) == [nil, nil])
  }

  /// Keys of positions, and the rotation that they mean.
  static let rotations: [([String: GGUFValue], RotaryPositions)] = [
    (["rope.scaling.factor": .f32(4)], .init(base: 1e4, dimension: 2, scaling: .linear(factor: 4))),
    (["rope.scale_linear": .f32(4)], .init(base: 1e4, dimension: 2, scaling: .linear(factor: 4))),
    (
      ["rope.scaling.type": .text("none"), "rope.scaling.factor": .f32(4)],
      .init(base: 1e4, dimension: 2)
    ),
    (["rope.scaling.type": .text("linear")], .init(base: 1e4, dimension: 2)),
    (
      ["rope.scaling.type": .text("longrope"), "rope.scaling.factor": .f32(4)],
      .init(base: 1e4, dimension: 2, scaling: .linear(factor: 4))
    ),
    (["rope.scaling.original_context_length": .u32(0)], .init(base: 1e4, dimension: 2)),
    (["rope.scaling.attn_factor": .f32(1.5)], .init(base: 1e4, dimension: 2, magnitude: 1.5)),
    (
      ["rope.scaling.type": .text("yarn")],
      .init(
        base: 1e4, dimension: 2,
        scaling: .yarn(factor: 1, fast: 32, slow: 1, original: 32, magnitude: 1))
    ),
  ]

  @Test(arguments: rotations)
  func `positions are scaled as the keys say, whether or not they name the type`(
    keys: [String: GGUFValue], rotation: RotaryPositions
  ) throws {
    #expect(try configuration(TinyGGUF(keys: keys)).rotary == rotation)
  }

  @Test func `divisors and scaling go together`() throws {
    var model = TinyGGUF(keys: ["rope.scaling.factor": .f32(4)])
    model.tensors = [("rope_freqs.weight", [1])]
    let rotary = try configuration(model).rotary
    #expect(rotary?.divisors == [1] && rotary?.scaling == .linear(factor: 4))
    model.tensors = [("rope_factors_long.weight", [1]), ("rope_factors_short.weight", [1])]
    #expect(
      try configuration(model).rotary?.scaling
        == .long(short: [4], long: [4], original: 32, magnitude: 1))
  }

  @Test func `attention that is not causal is read`() throws {
    #expect(try configuration(TinyGGUF()).isCausal)
    #expect(try !configuration(TinyGGUF(keys: ["attention.causal": .bool(false)])).isCausal)
  }

  /// Tensors that the architecture does not have.
  static let strangers: [(String, [Int])] = [
    ("blk.1.attn_q_norm.weight", [2]), ("blk.0.attn_sinks.weight", [4]),
    ("blk.0.ffn_up.scale", [1]), ("blk.1.post_ffw_norm.weight", [8]),
    ("blk.0.attn_norm.bias", [8]), ("blk.1.attn_q.bias", [8]), ("output.bias", [16]),
    ("blk.2.ffn_up.weight", [12, 8]), ("blk.0.ffn_gate_inp.weight", [2, 8]),
  ]

  @Test(arguments: strangers)
  func `a tensor that the architecture does not have is refused by name`(
    name: String, shape: [Int]
  ) throws {
    var model = TinyGGUF()
    model.tensors = [(name, shape)]
    let error = #expect(throws: ModelError.self) { try configuration(model) }
    #expect(error?.description.contains("has no tensor \(name)") == true)
  }

  @Test(arguments: [
    ("gemma2", "output.weight", [16, 8]), ("gemma3", "blk.0.attn_output.bias", [8]),
    ("olmo2", "blk.1.ffn_up.bias", [12]),
  ])
  func `a tensor that only other architectures have is refused`(
    architecture: String, name: String, shape: [Int]
  ) throws {
    var model = TinyGGUF(architecture: architecture)
    model.tensors = [(name, shape)]
    let error = #expect(throws: ModelError.self) { try configuration(model) }
    #expect(error?.description.contains("has no tensor \(name)") == true)
  }

  @Test func `a head beside the output projection changes nothing`() throws {
    var model = TinyGGUF()
    model.tensors = [("cls.output.weight", [2, 8])]
    #expect(try configuration(model) == configuration(TinyGGUF()))
  }

  /// Keys that are refused, and the words expected in the errors.
  static let refused: [([String: GGUFValue], String)] = [
    (
      ["rope.scaling.type": .text("yarn"), "rope.scaling.yarn_beta_fast": .f32(8)],
      "yarn_beta_fast: expected 32.0, which llama.cpp assumes, found 8.0"
    ),
    (["rope.scaling.type": .text("ntk")], "rope.scaling.type: ntk"),
    (["rope.scaling.factor": .f32(-1)], "rope.scaling.factor: expected a number above 0"),
    (["expert_count": .u32(8)], "a mixture of 8 experts"),
    (["attention.clamp_kqv": .f32(8)], "the key llama.attention.clamp_kqv is not supported"),
    (["residual_scale": .f32(0.2)], "llama.residual_scale"),
    (["attention.key_length_swa": .u32(4)], "llama.attention.key_length_swa"),
    (["rope.dimension_count_per_day": .array(.u32([1]))], "rope.dimension_count_per_day"),
    (["ffn_kind": .text("new")], "llama.ffn_kind"),
    (["attention.head_count_kv": .array(.u32([2, 1]))], "one number for all layers"),
  ]

  @Test(arguments: refused)
  func `a key that cannot be followed is refused by name`(
    keys: [String: GGUFValue], words: String
  ) throws {
    let error = #expect(throws: ModelError.self) { try configuration(TinyGGUF(keys: keys)) }
    #expect(error?.description.contains(words) == true, "\(error?.description ?? "none")")
  }

  @Test func `keys without effect are accepted`() throws {
    let keys: [String: GGUFValue] = [
      "attention.clamp_kqv": .f32(0), "residual_scale": .f32(1), "nextn_predict_layers": .u32(0),
      "attention.key_length_swa": .u32(2), "pooling_type": .u32(3), "expert_used_count": .u32(2),
      "attention.rope_pattern": .array(.u32([1, 1])), "deepstack_mapping": .array(.i32([-1, -1])),
      "attention.recurrent_layers": .array(.bool([false, false])), "token_shift_count": .u32(2),
      "swiglu_clamp_exp": .array(.f32([0, 0])), "rope.scaling.yarn_ext_factor": .f32(-1),
      "vision.block_count": .u32(4), "swin_norm": .bool(false), "tensor_data_layout": .text("Meta"),
      "attn_logit_softcapping": .f32(50), "attention.sliding_window": .u32(4),
    ]
    #expect(try configuration(TinyGGUF(keys: keys)) == configuration(TinyGGUF()))
  }

  @Test func `layers of deci differ in width`() throws {
    let path = try TinyGGUF(architecture: "deci", widths: [12, 8]).write(to: folder)
    let model = try Model(path: path)
    #expect(model.configuration.neurons == NeuronCounts([12, 8]))
  }
}
