extension Family {
  /// Mistral (arXiv 2310.06825).
  ///
  /// Its GGUF files have the architecture `llama`.
  package static let mistral = Family(
    name: "mistral",
    modelTypes: ["mistral"],
    gguf: .llama,
    layouts: [.transformers: .llama, .gguf: .ggufLlama],
    modules: Modules(activation: "act_fn"))
}
