extension GGUFPreTokenizer {
  /// Pre-tokenizer names of llama.cpp, the most common one for each way to split text, with the
  /// patterns of the models' own tokenizers.
  ///
  /// llama.cpp's patterns are not always these, so that its tokens can differ from the model's.
  private static let usual: [(name: String, steps: [PreTokenizer.Step])] = [
    ("gpt-2", [split(KnownPattern.gpt2)]), ("llama-bpe", [split(KnownPattern.llama3)]),
    ("dbrx", [split(KnownPattern.llama3)]), ("qwen2", [split(KnownPattern.qwen2)]),
    ("tekken", [split(KnownPattern.tekken)]), ("gpt-4o", [split(KnownPattern.gpt4o)]),
    ("starcoder", [split(.scalars(.number)), split(KnownPattern.gpt2)]),
  ]

  private static func split(_ pattern: SplitPattern) -> PreTokenizer.Step {
    .split(pattern, .isolated, inverts: false)
  }

  /// Name in llama.cpp of an equivalent pre-tokenizer; nil if there is none.
  static func name(of preTokenizer: PreTokenizer, ignoresMerges: Bool) -> String? {
    let steps = plain(preTokenizer.steps)
    return usual.first { known in
      guard let described = try? GGUFPreTokenizer(known.name) else { return false }
      return described.ignoresMerges == ignoresMerges
        && plain(known.steps + [.byteLevel(addsPrefixSpace: false, splits: false)]) == steps
    }?.name
  }

  /// Canonical form of the steps, in which equivalent steps are equal.
  private static func plain(_ steps: [PreTokenizer.Step]) -> [PreTokenizer.Step] {
    steps.flatMap { step -> [PreTokenizer.Step] in
      switch step {
      case .byteLevel(let addsPrefixSpace, true):
        [
          split(KnownPattern.gpt2),
          .byteLevel(addsPrefixSpace: addsPrefixSpace, splits: false),
        ]
      // Matches of these patterns cover the whole text, so nothing is left to remove.
      case .split(.pattern(let pattern), .removed, inverts: true):
        plain([split(.pattern(pattern))])
      case .split(KnownPattern.gpt4, .isolated, inverts: false):
        [split(KnownPattern.llama3)]
      default: [step]
      }
    }
  }
}
