/// Patterns by which llama.cpp splits text, by the names in `tokenizer.ggml.pre`.
///
/// Some are simpler than the patterns of the models themselves: llama.cpp does not tell upper case
/// from lower case outside ASCII, for example. Each split follows the one before it.
enum LlamaPattern {
  /// Sources of the patterns with a name; nil for an unknown name.
  static func sources(named name: String) -> [String]? {
    switch name {
    case "llama3", "llama-v3", "llama-bpe", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2",
      "jina-v5-nano", "dbrx", "smaug-bpe", "chatglm-bpe", "glm4", "glm5":
      [llama3]
    case "qwen2", "deepseek-r1-qwen", "kormo", "f2llmv2", "megrez", "stablelm2", "hunyuan",
      "solar-open", "grok-2":
      [qwen2]
    case "gpt-2", "gpt2", "phi-2", "jina-es", "jina-de", "jina-v2-es", "jina-v2-de", "jina-v1-en",
      "jina-v2-code", "gigachat", "a.x-4.0", "mellum", "modern-bert", "roberta-bpe", "exaone4",
      "mpt", "olmo", "jais", "trillion", "granite-docling":
      [gpt2]
    case "starcoder", "refact", "command-r", "smollm", "codeshell", "exaone", "minerva-7b",
      "mellum2":
      [number, gpt2]
    case "tekken": [tekken]
    case "gpt-4o", "llama4", "kanana2", "talkie", "minimax-m2": [cased(letter)]
    case "granite-embed-multi-97m": [cased(#"\p{L}\p{M}"#)]
    case "deepseek-v3", "hunyuan-dense", "joyai-llm", "hy_v4":
      [#"\p{N}{1,3}"#, cjk, punctuated(#"[\r\n]*|\s*[\r\n]+"#)]
    case "spark2_5": [#"\p{N}{1,3}"#, cjk, punctuated(#"|[\r\n]"#), number]
    case "bloom", "poro-chat", "gpt3-finnish": [bloom]
    case "viking": [bloom, number]
    case "default": [#"[\p{P}$+<=>^~|]+"#, gpt2, #"\p{N}+"#, "[0-9][0-9][0-9]"]
    case "falcon": [#"[\p{P}$+<=>^~|`]+"#, gpt2, "[0-9][0-9][0-9]"]
    case "gemma4", "granite-embed-multi-311m", "sarvam-moe": [lines]
    case "whitespace": [#"\S+"#]
    default: single(name)
    }
  }

  /// Sources of the patterns that have one name only.
  private static func single(_ name: String) -> [String]? {
    switch name {
    case "qwen35":
      [
        contraction + "|" + start + #"[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|"# + space
      ]
    case "jais-2": [words(#"\p{N}{1,3}"#, spaces: jaisSpaces)]
    case "minicpm5": [#"\p{N}{1,3}"#, words(#"\p{N}+"#)]
    case "laguna": [lines, qwen2]
    case "ufakzeka": [start + #"\p{L}+|\p{N}|"# + signs + "|" + space]
    case "bailingmoe", "bailingmoe2", "llada-moe":
      [
        "'(?:[sSdDmMtT]|[lL][lL]|[vV][eE]|[rR][eE])|" + start + #"\p{L}+|\p{N}|"# + signs
          + #"|\s*[\r\n]|\s+(?!\S)|\s+"#
      ]
    case "seed-coder":
      [
        contraction + "|" + start + #"\p{L}+|\p{N}| ?[^\s\p{L}\p{N}\r\n]+|"# + space
      ]
    case "exaone-moe":
      [
        contraction + "|" + start + #"(?:\p{L}\p{M}*(?: \p{L}\p{M}*)*)+|\p{N}|"#
          + #" ?[^\s\p{L}\p{N}]+[\r\n/]?|\s*[\r\n]|\s+(?!\S)|\s+"#
      ]
    case "tiny_aya", "cohere2moe": [thousands, uncased(#"\p{N}{1,3}"#)]
    case "youtu": [youtu, uncased(number)]
    case "afmoe": [thousands, asian, punctuated(#"[\r\n]*|\s*[\r\n]+"#)]
    case "superbpe": [#"\p{N}+"#, "(?=([0-9]{3})+(?![0-9]))"]
    case "kimi-k2":
      [
        "\(han)+|\(start)[\\p{L}&&[^\(han)]]+\(contraction)?|\\p{N}{1,3}|\(signs)|\(space)"
      ]
    case "chameleon":
      [
        "<sentinel:[0-9]+>", "IMGIMG[A-I]{1,4}Z", #"[\t\n]|    |  "#, number,
        #"[\p{P}!-/:-@\[-`{-~]"#, gpt2,
      ]
    case "deepseek-llm":
      [
        #"[\r\n]"#, LlamaLetters.pattern, #"\s?[!-/:-~！-／：-～‘-‟、-。]+"#, #"(?<!\s)\s++\z"#, script,
        #"\p{N}+"#,
      ]
    case "deepseek-coder": [#"[\r\n]"#, #"\s?\p{L}+"#, #"\s?\p{P}+"#, script, number]
    default: nil
    }
  }

  // MARK: Parts

  private static let contraction =
    "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])"
  private static let start = #"[^\r\n\p{L}\p{N}]?"#
  private static let letter = #"\p{L}"#
  private static let number = #"\p{N}"#
  private static let signs = #" ?[^\s\p{L}\p{N}]+[\r\n]*"#
  private static let pathSigns = #" ?[^\s\p{L}\p{N}]+[\r\n/]*"#
  private static let space = #"\s*[\r\n]+|\s+(?!\S)|\s+"#
  private static let lines = #"[^\n]+|\n+"#
  private static let gpt2 =
    #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#
  private static let llama3 = words(#"\p{N}{1,3}"#)
  private static let qwen2 = words(number)
  private static let bloom = #" ?[^(\s|.,!?…。，、।۔،)]+"#
  private static let cjk = "[一-龥\\x{3040}-ゟ゠-ヿ]+"
  private static let jaisSpaces =
    #"\s*[\r\n]+|"# + [512, 256, 128, 64, 32, 16, 8, 4].map { "\\s{\($0)}(?!\\S)|" }.joined()
    + #"\s{1,2}(?!\S)|\s"#
  /// Groups of three digits, counted from the right; the first includes the text before it.
  private static let thousands = #"\P{N}*+\p{N}{1,3}(?=(?:\p{N}{3})*(?!\p{N}))|\P{N}+"#
  /// White space is not in llama.cpp's sets of characters outside ASCII.
  private static let script = #"[一-龥\x{800}-一가-\x{D7FF}&&[^\s]]+"#
  private static let youtu =
    "[가-힣ㄱ-ㆎ]+|[！…“”‘’—：；，、-〿︰-﹏]+|[ㄅ-ㄯ]+|" + cjk
  private static let asian =
    #"[一-鿿㐀-䶿\x{8C48}-\x{FAFF}\x{3040}-ヿ･-ﾟ\x{2F00}-\x{2FDF}\x{E40}-\x{E7F}\x{E80}-\x{EFF}"#
    + #"\x{1780}-\x{17FF}\x{1000}-\x{109F}\x{AA60}-\x{AA7F}\x{A9E0}-\x{A9FF}\x{AC00}-\x{D7AF}"#
    + #"\x{1100}-\x{11FF}]+"#
  private static let han =
    #"[\x{4E00}-\x{9FFF}\x{3400}-\x{4DBF}\x{20000}-\x{2A6DF}\x{2A700}-\x{2EBEF}\x{F900}-\x{FAFF}"#
    + #"\x{2F800}-\x{2FA1F}]"#
  private static let tekken =
    letters(letter, after: "") + #"|\p{N}|"# + pathSigns + "|" + space

  private static func words(_ numbers: String, spaces: String = space) -> String {
    [contraction, start + #"\p{L}+"#, numbers, signs, spaces].joined(separator: "|")
  }

  /// Words with one change from upper to lower case, in ASCII.
  private static func letters(_ set: String, after: String) -> String {
    let upper = "[\(set)&&[^a-z]]"
    let lower = "[\(set)&&[^A-Z]]"
    return "\(start)\(upper)*\(lower)+\(after)|\(start)\(upper)+\(lower)*\(after)"
  }

  private static func cased(_ set: String) -> String {
    letters(set, after: contraction + "?") + #"|\p{N}{1,3}|"# + pathSigns + "|" + space
  }

  private static func uncased(_ numbers: String) -> String {
    [start + #"[\p{L}\p{M}]+"# + contraction + "?", numbers, pathSigns, space]
      .joined(separator: "|")
  }

  private static func punctuated(_ ends: String) -> String {
    ##"[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+|"##
      + #" ?[\p{P}\p{S}]+"# + ends + #"|\s+(?!\S)|\s+"#
  }

  static func compiled(_ source: String) -> SplitPattern {
    source == number ? .scalars(.number) : KnownPattern.known(source)
  }
}
