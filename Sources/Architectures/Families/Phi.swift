import JSON

import enum Kernels.Activation

extension Family {
  /// Phi 1, 1.5 and 2 (arXiv 2306.11644, 2309.05463): one norm before attention and the feed-forward
  /// network, which are parallel; biases everywhere.
  package static let phi = Family(
    name: "phi",
    title: "Phi 1, 1.5, 2",
    modelTypes: ["phi"],
    keys: FamilyKeys(
      headDimension: nil, normEpsilon: "layer_norm_eps", rotaryFraction: "partial_rotary_factor"),
    defaults: sizes(
      vocabulary: 51_200, hidden: 2048, intermediate: 8192, layers: 24, heads: 32, context: 2048,
      epsilon: 1e-5, epsilonKey: "layer_norm_eps", activation: "gelu_new"),
    requirements: ["qk_layernorm": .only(.bool(false), not: "norms of queries and keys")],
    gguf: GGUF(
      architecture: "phi2", activation: .geluTanh, told: [.keyValueHeads, .rotaryDimension],
      rotatesParts: true, isParallel: true, output: .required, outputBiases: .required),
    norm: .layer,
    outputBias: true,
    gated: false,
    isParallel: .always,
    attentionBias: .always,
    attentionOutputBias: .always,
    feedForwardBias: .always,
    rotaryFraction: 0.5,
    layouts: [
      .transformers: .llama.naming([
        .gate: nil,
        .outputNorm: "model.final_layernorm.weight",
        .attentionOutput: "model.layers.{layer}.self_attn.dense.weight",
        .feedForwardNorm: "model.layers.{layer}.input_layernorm.weight",
        .up: "model.layers.{layer}.mlp.fc1.weight",
        .down: "model.layers.{layer}.mlp.fc2.weight",
      ]),
      .gguf: TensorLayout(names: TensorLayout.gguf).naming([
        .gate: nil, .feedForwardNorm: "blk.{layer}.attn_norm.weight",
      ]),
    ],
    modules: Modules(activation: "activation_fn"))
}
