extension Family {
  /// Mistral (arXiv 2310.06825).
  ///
  /// In GGUF it is a LLaMA.
  package static let mistral = Family(
    name: "mistral",
    modelTypes: ["mistral"],
    gguf: .llama,
    layouts: [.transformers: .llama, .gguf: .ggufLlama])
}
