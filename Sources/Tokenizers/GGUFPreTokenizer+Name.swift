extension GGUFPreTokenizer {
  /// Pre-tokenizer names of llama.cpp, the most common one for each way to split text.
  private static let usualNames = [
    "gpt-2", "llama-bpe", "dbrx", "qwen2", "tekken", "gpt-4o", "starcoder",
  ]

  /// Name in llama.cpp of an equivalent pre-tokenizer; nil if there is none.
  static func name(of preTokenizer: PreTokenizer, ignoresMerges: Bool) -> String? {
    let steps = plain(preTokenizer.steps)
    return usualNames.first { name in
      guard let known = try? GGUFPreTokenizer(name) else { return false }
      return known.ignoresMerges == ignoresMerges && plain(known.preTokenizer.steps) == steps
    }
  }

  /// Canonical form of the steps, in which equivalent steps are equal.
  private static func plain(_ steps: [PreTokenizer.Step]) -> [PreTokenizer.Step] {
    steps.flatMap { step -> [PreTokenizer.Step] in
      switch step {
      case .byteLevel(let addsPrefixSpace, true):
        [
          .split(KnownPattern.gpt2, .isolated, inverts: false),
          .byteLevel(addsPrefixSpace: addsPrefixSpace, splits: false),
        ]
      // Matches of these patterns cover the whole text, so nothing is left to remove.
      case .split(.pattern(let pattern), .removed, inverts: true):
        plain([.split(.pattern(pattern), .isolated, inverts: false)])
      case .split(KnownPattern.gpt4, .isolated, inverts: false):
        [.split(KnownPattern.llama3, .isolated, inverts: false)]
      default: [step]
      }
    }
  }
}
