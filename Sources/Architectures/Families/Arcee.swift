import JSON

import enum Kernels.Activation

extension Family {
  /// Arcee's AFM (arcee.ai, 2025): LLaMA with a squared ReLU and no gate.
  package static let arcee = Family(
    name: "arcee",
    title: "AFM (Arcee)",
    modelTypes: ["arcee"],
    defaults: sizes(
      vocabulary: 32_000, hidden: 2560, intermediate: 18_432, layers: 32, heads: 32, context: 4096,
      epsilon: 1e-5, activation: "relu2"),
    gguf: GGUF(
      architecture: "arcee", activation: .reluSquared,
      told: [
        .vocabularySize, .keyValueHeads, .keyLength, .valueLength, .rotaryBase, .rotaryDimension,
      ], divisors: .single, outputBiases: .absent),
    gated: false,
    attentionBias: .key("attention_bias", otherwise: false),
    attentionOutputBias: .key("attention_bias", otherwise: false),
    feedForwardBias: .key("mlp_bias", otherwise: false),
    layouts: [
      .transformers: .llama.naming([.gate: nil]), .gguf: .ggufLlama.naming([.gate: nil]),
    ],
    modules: Modules(activation: "act_fn"))
}
