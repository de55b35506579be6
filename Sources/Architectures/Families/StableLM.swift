import JSON

import enum Kernels.Activation

extension Family {
  /// StableLM 3B and StableLM 2 1.6B (stability.ai, 2023 and 2024): LLaMA with LayerNorm and a quarter
  /// of a head rotated.
  package static let stableLM = Family(
    name: "stablelm",
    title: "StableLM 3B, 2 1.6B",
    modelTypes: ["stablelm"],
    keys: FamilyKeys(
      headDimension: nil, normEpsilon: "layer_norm_eps", rotaryFraction: "partial_rotary_factor"),
    defaults: sizes(
      vocabulary: 50_304, hidden: 2560, intermediate: 6912, layers: 32, heads: 32, context: 4096,
      epsilon: 1e-5, epsilonKey: "layer_norm_eps", activation: "silu"
    ).merging(["num_key_value_heads": 32]) { $1 },
    // StableLM 2 12B has norms of its own for each head, and one norm for parallel branches.
    requirements: [
      "qk_layernorm": .only(.bool(false), not: "norms of each head (StableLM 2 12B)"),
      "use_parallel_residual": .only(.bool(false), not: "parallel branches (StableLM 2 12B)"),
    ],
    gguf: GGUF(
      architecture: "stablelm", activation: .silu,
      told: [.keyValueHeads, .rotaryDimension, .isParallel], rotatesParts: true,
      output: .required, outputBiases: .absent),
    norm: .layer,
    attentionBias: .key("use_qkv_bias", otherwise: false),
    rotaryFraction: 0.25,
    layouts: [.transformers: .llama, .gguf: TensorLayout(names: TensorLayout.gguf)],
    modules: Modules(activation: "act_fn"))
}
