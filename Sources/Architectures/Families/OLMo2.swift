import enum Kernels.Activation

extension Family {
  /// OLMo 2 (arXiv 2501.00656): norms after attention and the feed-forward network, none before
  /// them.
  package static let olmo2 = Family(
    name: "olmo2",
    modelTypes: ["olmo2"],
    gguf: GGUF(
      architecture: "olmo2", activation: .silu, told: [.keyValueHeads, .rotaryBase]),
    attentionBias: .key("attention_bias", otherwise: false),
    attentionOutputBias: .key("attention_bias", otherwise: false),
    normsWholeHeads: true,
    layouts: [
      .transformers: .llama.naming(TensorLayout.headNorms).naming([
        .attentionNorm: nil, .feedForwardNorm: nil,
        .attentionOutputNorm: "model.layers.{layer}.post_attention_layernorm.weight",
        .feedForwardOutputNorm: "model.layers.{layer}.post_feedforward_layernorm.weight",
      ]),
      .gguf: TensorLayout(names: TensorLayout.gguf).naming(TensorLayout.ggufHeadNorms)
        .naming(TensorLayout.ggufBranchNorms).naming([.attentionNorm: nil, .feedForwardNorm: nil]),
    ],
    modules: Modules(activation: "act_fn"))
}
