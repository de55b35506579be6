/// Pre-tokenizer with a `tokenizer.ggml.pre` name of llama.cpp, which splits as llama.cpp does.
struct GGUFPreTokenizer {
  /// Characters that the vocabulary consists of.
  enum Alphabet {
    /// Characters that represent bytes.
    case bytes
    /// Text itself, with byte tokens for other characters.
    case text
  }

  let preTokenizer: PreTokenizer
  var alphabet = Alphabet.bytes
  /// Whether "▁" represents the space.
  var escapesSpaces = false
  /// Whether a word in the vocabulary becomes its token even if no merges produce it.
  var ignoresMerges = false
  /// Whether a word of line feeds in the vocabulary does.
  var keepsLineFeeds = false
  /// Whether texts begin with the beginning token if the file does not specify it.
  var addsBeginning = false
  /// Whether texts begin with the beginning token whatever the file says.
  var forcesBeginning = false
  /// Beginning token if the file does not name one.
  var beginningID: Int? = 11
  /// Whether the file may lack merges.
  var needsMerges = true

  /// - Throws: ``TokenizerError`` for a name that is not known; llama.cpp takes an empty one for
  ///   `default`.
  init(_ name: String) throws(TokenizerError) {
    let name = name.isEmpty ? "default" : name
    guard let patterns = LlamaPattern.sources(named: name) else {
      throw .unsupported(path: "tokenizer.ggml.pre", found: "the pre-tokenizer \"\(name)\"")
    }
    let splits = patterns.map { source in
      PreTokenizer.Step.split(LlamaPattern.compiled(source), .isolated, inverts: false)
    }
    switch name {
    case "gemma4", "granite-embed-multi-311m":
      (alphabet, escapesSpaces) = (.text, true)
      (keepsLineFeeds, forcesBeginning) = (true, true)
    case "sarvam-moe": (alphabet, escapesSpaces) = (.text, true)
    case "whitespace": alphabet = .text
    case "llama3", "llama-v3", "llama-bpe", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2",
      "jina-v5-nano", "tekken":
      ignoresMerges = true
      addsBeginning = true
    case "chameleon": addsBeginning = true
    case "minicpm5", "youtu", "granite-embed-multi-97m": ignoresMerges = true
    case "glm4", "glm5":
      ignoresMerges = true
      beginningID = nil
    case "chatglm-bpe": beginningID = nil
    case "kimi-k2": needsMerges = false
    default: break
    }
    preTokenizer = PreTokenizer(
      steps: alphabet == .text
        ? splits : splits + [.byteLevel(addsPrefixSpace: false, splits: false)])
  }
}
