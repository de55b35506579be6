import JSON

import enum Kernels.Activation

extension Family {
  /// OLMo (arXiv 2402.00838): norms without weights, and a limit of queries, keys and values.
  package static let olmo = Family(
    name: "olmo",
    title: "OLMo",
    modelTypes: ["olmo"],
    keys: FamilyKeys(normEpsilon: nil, projectionLimit: "clip_qkv"),
    defaults: sizes(
      vocabulary: 50_304, hidden: 4096, intermediate: 11_008, layers: 32, heads: 32, context: 2048,
      epsilon: 1e-5, activation: "silu"),
    gguf: GGUF(
      architecture: "olmo", activation: .silu,
      told: [.keyValueHeads, .rotaryBase], optional: [.projectionLimit: nil],
      outputBiases: .absent),
    norm: .layer,
    normBiases: false,
    bareNorms: [.attentionNorm, .feedForwardNorm, .outputNorm],
    attentionBias: .key("attention_bias", otherwise: false),
    attentionOutputBias: .key("attention_bias", otherwise: false),
    layouts: [.transformers: .llama, .gguf: .ggufLlama],
    modules: Modules(activation: "act_fn"))
}
