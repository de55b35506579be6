import JSON

import enum Kernels.Activation

extension Family {
  /// Nemotron 3 and 4, Minitron (arXiv 2402.16819): LayerNorm around 1, squared ReLU, no gate.
  package static let nemotron = Family(
    name: "nemotron",
    title: "Nemotron, Minitron",
    modelTypes: ["nemotron"],
    keys: FamilyKeys(normEpsilon: "norm_eps", rotaryFraction: "partial_rotary_factor"),
    defaults: sizes(
      vocabulary: 256_000, hidden: 6144, intermediate: 24_576, layers: 32, heads: 48, context: 4096,
      epsilon: 1e-5, epsilonKey: "norm_eps", activation: "relu2"),
    gguf: GGUF(
      architecture: "nemotron", activation: .reluSquared,
      told: [.vocabularySize, .keyValueHeads, .rotaryBase, .rotaryDimension], rotatesParts: true,
      output: .required),
    norm: .layer,
    gated: false,
    attentionBias: .key("attention_bias", otherwise: false),
    attentionOutputBias: .key("attention_bias", otherwise: false),
    feedForwardBias: .key("mlp_bias", otherwise: false),
    rotaryFraction: 0.5,
    layouts: [
      .transformers: .llama.naming([.gate: nil]).offsettingNorms(by: 1),
      .gguf: TensorLayout(names: TensorLayout.gguf).naming([.gate: nil]),
    ],
    modules: Modules(activation: "act_fn"))
}
