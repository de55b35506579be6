import JSON

import enum Kernels.Activation

extension Family {
  /// StarCoder2 (arXiv 2402.19173).
  package static let starcoder2 = Family(
    name: "starcoder2",
    title: "StarCoder 2",
    modelTypes: ["starcoder2"],
    keys: FamilyKeys(normEpsilon: "norm_epsilon", window: "sliding_window"),
    defaults: sizes(
      vocabulary: 49_152, hidden: 3072, intermediate: 12_288, layers: 30, heads: 24, context: 4096,
      epsilon: 1e-5, epsilonKey: "norm_epsilon", activation: "gelu_pytorch_tanh"
    ).merging(["num_key_value_heads": 2]) { $1 },
    gguf: GGUF(
      architecture: "starcoder2", activation: .geluTanh, told: [.keyValueHeads, .rotaryBase],
      outputBiases: .required),
    norm: .layer,
    gated: false,
    tiedOutput: .key("tie_word_embeddings", otherwise: true),
    attentionBias: .key("use_bias", otherwise: true),
    attentionOutputBias: .key("use_bias", otherwise: true),
    feedForwardBias: .key("use_bias", otherwise: true),
    layouts: [
      .transformers: .llama.naming([
        .gate: nil,
        .up: "model.layers.{layer}.mlp.c_fc.weight",
        .down: "model.layers.{layer}.mlp.c_proj.weight",
      ]),
      .gguf: TensorLayout(names: TensorLayout.gguf).naming([.gate: nil]),
    ],
    modules: Modules(activation: "act", dropout: "residual_dropout"))
}
