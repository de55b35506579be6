/// Patterns by which common families of tokenizers split text into words.
enum KnownPattern {
  /// GPT-2 and most byte-level tokenizers after it.
  static let gpt2 = known(
    #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#)
  /// Llama 3, with numbers of at most three digits.
  static let llama3 = known(
    #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|"#
      + #"\s*[\r\n]+|\s+(?!\S)|\s+"#)
  /// GPT-4 and OLMo 2; splits like Llama 3, as backtracking into its possessive parts is futile.
  static let gpt4 = known(
    #"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|"#
      + #"\s*[\r\n]|\s+(?!\S)|\s+"#)
  /// Qwen 2, with numbers of a single digit.
  static let qwen2 = known(
    #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|"#
      + #"\s*[\r\n]+|\s+(?!\S)|\s+"#)
  /// Mistral's newer tokenizers, which split before upper-case letters.
  static let tekken = known(
    #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|"#
      + #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}|"#
      + #" ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"#)
  /// GPT-4o: like Tekken, but keeps English contractions and has numbers of up to three digits.
  static let gpt4o = known(
    #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"#
      + #"(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"#
      + #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"#
      + #"(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|"#
      + #"\s+(?!\S)|\s+"#)
  static let numbers = known(#"\p{N}+"#)
  static let threeDigits = known("[0-9][0-9][0-9]")
  /// First pattern of llama.cpp's `default` pre-tokenizer.
  static let punctuation = known(#"[\p{P}$+<=>^~|]+"#)
  /// Runs of word characters, and runs of characters that are neither word nor white space.
  static let words: SplitPattern = {
    let word = ScalarSet.standardWord
    let other = word.union(.space).inverted
    let branches = [word, other].map {
      PatternNode.repetition(.one($0), least: 1, most: nil, .greedy)
    }
    return known(#"\w+|[^\w\s]+"#, .choice(branches))
  }()

  static func known(_ source: String, _ node: PatternNode? = nil) -> SplitPattern {
    do {
      return .pattern(try Pattern(source, node))
    } catch {
      preconditionFailure("\(source): \(error)")
    }
  }
}
