import JSON

import enum Kernels.Activation

extension Family {
  /// Qwen2 and Qwen2.5 (arXiv 2407.10671, 2412.15115).
  package static let qwen2 = Family(
    name: "qwen2",
    title: "Qwen 2, 2.5",
    modelTypes: ["qwen2"],
    wrappedTypes: ["qwen2_vl", "qwen2_vl_text", "qwen2_5_vl", "qwen2_5_vl_text"],
    wrappedDefaults: ["rms_norm_eps": .double(1e-5), "rope_theta": 1_000_000],
    keys: FamilyKeys(window: "sliding_window"),
    defaults: qwenDefaults,
    gguf: GGUF(
      architecture: "qwen2", activation: .silu, told: [.keyValueHeads, .rotaryBase],
      outputBiases: .absent),
    attentionBias: .always,
    windowedLayers: .from(key: "max_window_layers", flag: "use_sliding_window"),
    layouts: [.transformers: .llama, .gguf: TensorLayout(names: TensorLayout.gguf)],
    modules: Modules(activation: "act_fn"))

  /// Qwen3 (arXiv 2505.09388).
  package static let qwen3 = Family(
    name: "qwen3",
    title: "Qwen 3",
    modelTypes: ["qwen3"],
    keys: FamilyKeys(window: "sliding_window"),
    defaults: qwenDefaults.merging(["head_dim": 128]) { $1 },
    gguf: GGUF(
      architecture: "qwen3", activation: .silu,
      told: [.keyValueHeads, .keyLength, .valueLength, .rotaryBase], outputBiases: .absent),
    attentionBias: .key("attention_bias", otherwise: false),
    attentionOutputBias: .key("attention_bias", otherwise: false),
    windowedLayers: .from(key: "max_window_layers", flag: "use_sliding_window"),
    layouts: [
      .transformers: .llama.naming(TensorLayout.headNorms),
      .gguf: TensorLayout(names: TensorLayout.gguf).naming(TensorLayout.ggufHeadNorms),
    ],
    modules: Modules(activation: "act_fn"))
}

extension Family {
  private static let qwenDefaults = sizes(
    vocabulary: 151_936, hidden: 4096, intermediate: 22_016, layers: 32, heads: 32, context: 32_768,
    epsilon: 1e-6, activation: "silu"
  ).merging(["num_key_value_heads": 32, "sliding_window": 4096, "max_window_layers": 28]) { $1 }
}

extension TensorLayout {
  static let headNorms: [TensorRole: String?] = [
    .queryNorm: "model.layers.{layer}.self_attn.q_norm.weight",
    .keyNorm: "model.layers.{layer}.self_attn.k_norm.weight",
  ]

  static let ggufHeadNorms: [TensorRole: String?] = [
    .queryNorm: "blk.{layer}.attn_q_norm.weight",
    .keyNorm: "blk.{layer}.attn_k_norm.weight",
  ]
}
