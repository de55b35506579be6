import JSON

import enum Kernels.Activation

extension Family {
  /// OLMo 2 (arXiv 2501.00656): norms after attention and the feed-forward network, none before
  /// them.
  package static let olmo2 = Family(
    name: "olmo2",
    title: "OLMo 2",
    modelTypes: ["olmo2"],
    defaults: sizes(
      vocabulary: 50_304, hidden: 4096, intermediate: 11_008, layers: 32, heads: 32, context: 2048,
      epsilon: 1e-5, activation: "silu"),
    gguf: GGUF(
      architecture: "olmo2", activation: .silu, told: [.keyValueHeads, .rotaryBase],
      windowPeriod: 4, windowedRotation: .unscaled, optional: [.window: nil],
      output: .required, outputBiases: .absent),
    attentionBias: .key("attention_bias", otherwise: false),
    attentionOutputBias: .key("attention_bias", otherwise: false),
    normsWholeHeads: true,
    layouts: [.transformers: .normsBehind, .gguf: .ggufNormsBehind],
    modules: Modules(activation: "act_fn"))
}

extension TensorLayout {
  /// LLaMA names with norms of queries and keys, and norms after both networks instead of before them.
  static let normsBehind = TensorLayout.llama.naming(headNorms).naming([
    .attentionNorm: nil, .feedForwardNorm: nil,
    .attentionOutputNorm: "model.layers.{layer}.post_attention_layernorm.weight",
    .feedForwardOutputNorm: "model.layers.{layer}.post_feedforward_layernorm.weight",
  ])

  /// The same in GGUF.
  static let ggufNormsBehind = TensorLayout(names: gguf).naming(ggufHeadNorms)
    .naming(ggufBranchNorms).naming([.attentionNorm: nil, .feedForwardNorm: nil])
}
