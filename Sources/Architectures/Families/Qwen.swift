import enum Kernels.Activation

extension Family {
  /// Qwen2 and Qwen2.5 (arXiv 2407.10671, 2412.15115).
  package static let qwen2 = Family(
    name: "qwen2",
    modelTypes: ["qwen2"],
    gguf: GGUF(
      architecture: "qwen2", activation: .silu, told: [.keyValueHeads, .rotaryBase]),
    attentionBias: .always,
    windowedLayers: .from(key: "max_window_layers", flag: "use_sliding_window"),
    layouts: [.transformers: .llama, .gguf: TensorLayout(names: TensorLayout.gguf)],
    modules: Modules(activation: "act_fn"))

  /// Qwen3 (arXiv 2505.09388).
  package static let qwen3 = Family(
    name: "qwen3",
    modelTypes: ["qwen3"],
    gguf: GGUF(
      architecture: "qwen3", activation: .silu,
      told: [.keyValueHeads, .keyLength, .valueLength, .rotaryBase]),
    attentionBias: .key("attention_bias", otherwise: false),
    attentionOutputBias: .key("attention_bias", otherwise: false),
    windowedLayers: .from(key: "max_window_layers", flag: "use_sliding_window"),
    layouts: [
      .transformers: .llama.naming(TensorLayout.headNorms),
      .gguf: TensorLayout(names: TensorLayout.gguf).naming(TensorLayout.ggufHeadNorms),
    ],
    modules: Modules(activation: "act_fn"))
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
