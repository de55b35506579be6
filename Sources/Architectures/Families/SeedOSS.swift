import JSON

import enum Kernels.Activation

extension Family {
  /// Seed-OSS (seed.bytedance.com, 2025): LLaMA with biases of query, key and value.
  package static let seedOSS = Family(
    name: "seed_oss",
    title: "Seed-OSS",
    modelTypes: ["seed_oss"],
    defaults: sizes(
      vocabulary: 155_136, hidden: 4096, intermediate: 27_648, layers: 64, heads: 80,
      context: 524_288, epsilon: 1e-6, activation: "silu"
    ).merging(["num_key_value_heads": 8, "head_dim": 128]) { $1 },
    gguf: GGUF(
      architecture: "seed_oss", activation: .silu,
      told: [.keyValueHeads, .keyLength, .valueLength, .rotaryBase], outputBiases: .absent),
    attentionBias: .key("attention_bias", otherwise: true),
    attentionOutputBias: .key("attention_out_bias", otherwise: false),
    feedForwardBias: .key("mlp_bias", otherwise: false),
    layouts: [
      .transformers: .llama,
      .gguf: TensorLayout(names: TensorLayout.gguf).naming([
        .feedForwardNorm: "blk.{layer}.post_attention_norm.weight"
      ]),
    ],
    modules: Modules(activation: "act_fn", dropout: "residual_dropout"))
}
