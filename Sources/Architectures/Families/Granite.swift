import JSON

import enum Kernels.Activation

extension Family {
  /// Granite 3 (ibm.com, 2024): LLaMA with factors of embeddings, branches, attention scores and logits.
  package static let granite = Family(
    name: "granite",
    title: "Granite 3, dense",
    modelTypes: ["granite"],
    keys: FamilyKeys(
      attentionFactor: "attention_multiplier", embeddingFactor: "embedding_multiplier",
      residualFactor: "residual_multiplier", outputDivisor: "logits_scaling"),
    defaults: sizes(
      vocabulary: 32_000, hidden: 4096, intermediate: 11_008, layers: 32, heads: 32, context: 2048,
      epsilon: 1e-6, activation: "silu"
    ).merging(["attention_multiplier": 1]) { $1 },
    gguf: GGUF(
      architecture: "granite", activation: .silu,
      told: [
        .vocabularySize, .keyValueHeads, .rotaryBase, .rotaryDimension, .attentionScale,
        .embeddingScale, .residualScale, .outputScale,
      ],
      optional: [
        .attentionScale: nil, .embeddingScale: nil, .residualScale: nil, .outputScale: nil,
      ], dividesOutput: true, outputBiases: .absent),
    attentionBias: .key("attention_bias", otherwise: false),
    attentionOutputBias: .key("attention_bias", otherwise: false),
    feedForwardBias: .key("mlp_bias", otherwise: false),
    layouts: [.transformers: .llama, .gguf: .ggufLlama],
    modules: Modules(activation: "act_fn"))
}
