extension GGUFPreTokenizer {
  /// Names by which llama.cpp cuts in different ways, the usual one of each.
  private static let usualNames = [
    "gpt-2", "llama-bpe", "dbrx", "qwen2", "tekken", "gpt-4o", "starcoder",
  ]

  /// The name of what cuts text as a `tokenizer.json` says; nil where none does.
  static func name(of preTokenizer: PreTokenizer, ignoresMerges: Bool) -> String? {
    let steps = plain(preTokenizer.steps)
    return usualNames.first { name in
      guard let known = try? GGUFPreTokenizer(name) else { return false }
      return known.ignoresMerges == ignoresMerges && plain(known.preTokenizer.steps) == steps
    }
  }

  /// The same steps, each in the way in which it is usually written.
  private static func plain(_ steps: [PreTokenizer.Step]) -> [PreTokenizer.Step] {
    steps.flatMap { step -> [PreTokenizer.Step] in
      switch step {
      case .byteLevel(let addsPrefixSpace, true):
        [
          .split(KnownPattern.gpt2, .isolated, inverts: false),
          .byteLevel(addsPrefixSpace: addsPrefixSpace, splits: false),
        ]
      // These patterns leave nothing between their matches that could be removed.
      case .split(.pattern(let pattern), .removed, inverts: true):
        plain([.split(.pattern(pattern), .isolated, inverts: false)])
      case .split(KnownPattern.gpt4, .isolated, inverts: false):
        [.split(KnownPattern.llama3, .isolated, inverts: false)]
      default: [step]
      }
    }
  }
}
