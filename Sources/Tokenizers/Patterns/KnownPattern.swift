/// The patterns of families of tokenizers, by which they cut text into words.
enum KnownPattern {
  /// GPT-2's, and of most byte-level tokenizers after it.
  static let gpt2 = known(
    #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#)
  /// Of Llama 3, whose numbers have at most three digits.
  static let llama3 = known(
    #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|"#
      + #"\s*[\r\n]+|\s+(?!\S)|\s+"#)
  /// Of GPT-4 and OLMo 2, which cuts as that of Llama 3 does: what it does not give back could match
  /// nothing else.
  static let gpt4 = known(
    #"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|"#
      + #"\s*[\r\n]|\s+(?!\S)|\s+"#)
  /// Of Qwen 2, whose numbers are single digits.
  static let qwen2 = known(
    #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|"#
      + #"\s*[\r\n]+|\s+(?!\S)|\s+"#)
  /// Of Mistral's newer tokenizers, which cut before upper-case letters.
  static let tekken = known(
    #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|"#
      + #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*|\p{N}|"#
      + #" ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"#)
  /// Of GPT-4o: as the one above, with the contractions of English kept at their words.
  static let gpt4o = known(
    #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"#
      + #"(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"#
      + #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"#
      + #"(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|"#
      + #"\s+(?!\S)|\s+"#)
  static let numbers = known(#"\p{N}+"#)
  static let threeDigits = known("[0-9][0-9][0-9]")
  /// What llama.cpp cuts out first where a file names no pattern.
  static let punctuation = known(#"[\p{P}$+<=>^~|]+"#)
  /// Runs of word characters, and runs of what is neither word nor white space.
  static let words: SplitPattern = {
    let word = ScalarSet.standardWord
    let other = word.joined(with: .space)?.inverted ?? word.inverted
    let branches = [word, other].map {
      PatternNode.repetition(.one($0), least: 1, most: nil, .greedy)
    }
    return known(#"\w+|[^\w\s]+"#, .choice(branches))
  }()

  private static func known(_ source: String, _ node: PatternNode? = nil) -> SplitPattern {
    do {
      return .pattern(try Pattern(source, node))
    } catch {
      preconditionFailure("\(source): \(error)")
    }
  }
}
