import JSON

import enum Kernels.Activation

extension Family {
  /// Ministral (mistral.ai, 2024): Mistral with windows in some layers.
  package static let ministral = Family(
    name: "ministral",
    title: "Ministral",
    modelTypes: ["ministral"],
    keys: FamilyKeys(window: "sliding_window"),
    defaults: sizes(
      vocabulary: 32_000, hidden: 4096, intermediate: 14_336, layers: 32, heads: 32,
      context: 131_072, epsilon: 1e-6, activation: "silu"
    ).merging(["num_key_value_heads": 8, "sliding_window": 4096]) { $1 },
    gguf: .llama,
    windowedLayers: .listed,
    layouts: [.transformers: .llama, .gguf: .ggufLlama],
    modules: Modules(activation: "act_fn"))
}
