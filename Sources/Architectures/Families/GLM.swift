import JSON

import enum Kernels.Activation

extension Family {
  /// GLM-4 of 2024 (arXiv 2406.12793): half of a head's dimensions rotated in neighbouring pairs.
  package static let glm = Family(
    name: "glm",
    title: "GLM-4 (2024)",
    modelTypes: ["glm"],
    keys: FamilyKeys(rotaryFraction: "partial_rotary_factor"),
    defaults: glmDefaults,
    gguf: GGUF(
      architecture: "chatglm", activation: .silu,
      told: [.keyValueHeads, .rotaryBase, .rotaryDimension], rotatesParts: true,
      outputBiases: .absent),
    attentionBias: .key("attention_bias", otherwise: true),
    rotaryFraction: 0.5,
    layouts: [.transformers: .glm, .gguf: .ggufGLM],
    modules: Modules(activation: "activation_fn"))

  /// GLM-4-0414 (z.ai, 2025): norms after attention and the feed-forward network besides those before
  /// them.
  package static let glm4 = Family(
    name: "glm4",
    title: "GLM-4-0414",
    modelTypes: ["glm4"],
    keys: FamilyKeys(rotaryFraction: "partial_rotary_factor"),
    defaults: glmDefaults,
    gguf: GGUF(
      architecture: "glm4", activation: .silu,
      told: [.keyValueHeads, .keyLength, .valueLength, .rotaryBase, .rotaryDimension],
      rotatesParts: true, outputBiases: .absent),
    attentionBias: .key("attention_bias", otherwise: true),
    rotaryFraction: 0.5,
    layouts: [
      .transformers: .glm.naming([
        .attentionOutputNorm: "model.layers.{layer}.post_self_attn_layernorm.weight",
        .feedForwardOutputNorm: "model.layers.{layer}.post_mlp_layernorm.weight",
      ]),
      .gguf: .ggufGLM.naming(TensorLayout.ggufBranchNorms),
    ],
    modules: Modules(activation: "activation_fn"))

  private static let glmDefaults = sizes(
    vocabulary: 151_552, hidden: 4096, intermediate: 13_696, layers: 40, heads: 32,
    context: 131_072, epsilon: 1.5625e-7, activation: "silu"
  ).merging(["num_key_value_heads": 2, "head_dim": 128]) { $1 }
}

extension TensorLayout {
  fileprivate static let ggufGLM = TensorLayout.ggufLlama.naming([
    .gate: nil, .up: nil, .gateUp: "blk.{layer}.ffn_up.weight",
  ])

  fileprivate static let glm = TensorLayout.llama.pairingNeighbours.naming([
    .gate: nil, .up: nil, .gateUp: "model.layers.{layer}.mlp.gate_up_proj.weight",
  ])
}
