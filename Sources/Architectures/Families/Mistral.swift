import JSON

extension Family {
  /// Mistral (arXiv 2310.06825).
  ///
  /// Its GGUF files have the architecture `llama`.
  package static let mistral = Family(
    name: "mistral",
    title: "Mistral",
    modelTypes: ["mistral"],
    keys: FamilyKeys(window: "sliding_window"),
    defaults: sizes(
      vocabulary: 32_000, hidden: 4096, intermediate: 14_336, layers: 32, heads: 32,
      context: 131_072, epsilon: 1e-6, activation: "silu"
    ).merging(["num_key_value_heads": 8, "sliding_window": 4096]) { $1 },
    // With kinds of layers Transformers takes the model for another, Ministral.
    requirements: ["layer_types": .only(.null, not: "windows in some layers")],
    gguf: .llama,
    layouts: [.transformers: .llama, .gguf: .ggufLlama],
    modules: Modules(activation: "act_fn"))
}
