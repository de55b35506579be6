/// Byte-level pre-tokenizer with a `tokenizer.ggml.pre` name of llama.cpp.
struct GGUFPreTokenizer {
  let preTokenizer: PreTokenizer
  /// Whether a word in the vocabulary becomes its token even if no merges produce it.
  var ignoresMerges = false
  /// Whether texts begin with the beginning token if the file does not specify it.
  var addsBeginning = false

  init(_ name: String) throws(TokenizerError) {
    let digit = PreTokenizer.Step.split(.scalars(.number), .isolated, inverts: false)
    switch name {
    case "llama3", "llama-v3", "llama-bpe", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2":
      self.init(KnownPattern.llama3)
      ignoresMerges = true
      addsBeginning = true
    case "dbrx", "smaug-bpe", "glm4", "chatglm-bpe": self.init(KnownPattern.llama3)
    case "qwen2", "deepseek-r1-qwen", "stablelm2", "hunyuan", "megrez", "solar-open", "grok-2":
      self.init(KnownPattern.qwen2)
    case "tekken":
      self.init(KnownPattern.tekken)
      ignoresMerges = true
      addsBeginning = true
    case "gpt-4o", "llama4", "kanana2": self.init(KnownPattern.gpt4o)
    case "gpt-2", "gpt2", "phi-2", "mpt", "olmo", "jais", "trillion", "granite-docling", "exaone4",
      "a.x-4.0", "mellum", "gigachat", "roberta-bpe", "modern-bert":
      self.init(KnownPattern.gpt2)
    case "starcoder", "refact", "command-r", "smollm", "codeshell", "exaone", "minerva-7b":
      self.init(steps: [digit], KnownPattern.gpt2)
    case "default":
      self.init(
        KnownPattern.punctuation, KnownPattern.gpt2, KnownPattern.numbers,
        KnownPattern.threeDigits)
    default:
      throw .unsupported(path: "tokenizer.ggml.pre", found: "the pre-tokenizer \"\(name)\"")
    }
  }

  private init(steps: [PreTokenizer.Step] = [], _ patterns: SplitPattern...) {
    preTokenizer = PreTokenizer(
      steps: steps + patterns.map { .split($0, .isolated, inverts: false) }
        + [.byteLevel(addsPrefixSpace: false, splits: false)])
  }
}
