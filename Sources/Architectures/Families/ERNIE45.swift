import JSON

import enum Kernels.Activation

extension Family {
  /// ERNIE 4.5, dense (yiyan.baidu.com, 2025): LLaMA with rotation of neighbouring pairs.
  package static let ernie45 = Family(
    name: "ernie4_5",
    title: "ERNIE 4.5, dense",
    modelTypes: ["ernie4_5"],
    defaults: sizes(
      vocabulary: 103_424, hidden: 1024, intermediate: 3072, layers: 18, heads: 16,
      context: 131_072, epsilon: 1e-5, activation: "silu"
    ).merging(["num_key_value_heads": 2, "head_dim": 128]) { $1 },
    gguf: GGUF(
      architecture: "ernie4_5", activation: .silu,
      told: [.keyValueHeads, .keyLength, .valueLength, .rotaryBase]),
    tiedOutput: .key("tie_word_embeddings", otherwise: true),
    attentionBias: .key("use_bias", otherwise: false),
    attentionOutputBias: .key("use_bias", otherwise: false),
    feedForwardBias: .key("use_bias", otherwise: false),
    rotaryBase: 500_000,
    layouts: [.transformers: .llama.pairingNeighbours, .gguf: .ggufLlama],
    modules: Modules(activation: "act_fn"))
}
