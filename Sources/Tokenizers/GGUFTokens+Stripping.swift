extension GGUFTokens {
  /// White space around added tokens that belongs to them: GGUF has no key for it, so llama.cpp
  /// knows it by the names of models and pre-tokenizers.
  struct Stripping {
    private let stripsRight: Bool
    private let leftTokens: [[UInt8]]

    init(_ file: GGUFVocabulary) {
      let name = file.modelName?.lowercased() ?? ""
      let preTokenizer = file.preTokenizer ?? ""
      if ["jina-v2-de", "jina-v2-es", "jina-v2-code"].contains(where: preTokenizer.contains) {
        (stripsRight, leftTokens) = (false, [Array("<mask>".utf8)])
      } else if ["phi-3", "phi3"].contains(where: name.contains) {
        (stripsRight, leftTokens) = (true, [])
      } else {
        stripsRight = false
        leftTokens = name.contains("modern-bert") ? [Array("[MASK]".utf8)] : []
      }
    }

    func stripsLeft(_ content: [UInt8]) -> Bool { leftTokens.contains(content) }

    func stripsRight(_ content: [UInt8]) -> Bool {
      stripsRight && !["<unk>", "<s>", "<|endoftext|>"].contains { content == Array($0.utf8) }
    }
  }
}
