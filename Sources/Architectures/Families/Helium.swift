import JSON

import enum Kernels.Activation

extension Family {
  /// Helium (kyutai.org, 2025): LLaMA with rotation of neighbouring pairs.
  ///
  /// That is the form of LLaMA in GGUF.
  package static let helium = Family(
    name: "helium",
    title: "Helium",
    modelTypes: ["helium"],
    defaults: sizes(
      vocabulary: 48_000, hidden: 2560, intermediate: 7040, layers: 24, heads: 20, context: 4096,
      epsilon: 1e-8, activation: "silu"
    ).merging(["num_key_value_heads": 20, "head_dim": 128]) { $1 },
    gguf: .llama,
    attentionBias: .key("attention_bias", otherwise: false),
    feedForwardBias: .key("mlp_bias", otherwise: false),
    rotaryBase: 100_000,
    layouts: [.transformers: .llama.pairingNeighbours, .gguf: .ggufLlama],
    modules: Modules(activation: "act_fn"))
}
