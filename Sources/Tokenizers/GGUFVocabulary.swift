/// The vocabulary in the metadata of a GGUF file, as it stands there: nothing of it is checked.
package struct GGUFVocabulary: Sendable {
  /// `tokenizer.ggml.model`: `llama` for SentencePiece BPE, `gpt2` for byte-level BPE.
  package var model: String
  /// `tokenizer.ggml.tokens`, by id.
  package var tokens: [[UInt8]]
  /// `tokenizer.ggml.scores`, by id; of `llama` alone.
  package var scores: [Float]?
  /// `tokenizer.ggml.token_type`, by id; without it all tokens are normal.
  package var types: [Int]?
  /// `tokenizer.ggml.merges`, each written `a b`, the first to apply first; of `gpt2` alone.
  package var merges: [[UInt8]]?
  /// `tokenizer.ggml.pre`: what cuts text into words; of `gpt2` alone.
  package var preTokenizer: String?
  /// `tokenizer.ggml.bos_token_id`.
  package var beginningID: Int?
  /// `tokenizer.ggml.unknown_token_id`.
  package var unknownID: Int?
  /// `tokenizer.ggml.add_space_prefix`: whether a space goes before a text; of `llama` alone,
  /// where it is the default.
  package var addsSpacePrefix: Bool?
  /// `tokenizer.ggml.add_bos_token`: whether texts begin with the beginning token; for `llama`
  /// this is the default.
  package var addsBeginning: Bool?
  /// `tokenizer.ggml.add_eos_token`: whether texts end with the end token.
  package var addsEnd = false

  package init(
    model: String, tokens: [[UInt8]], scores: [Float]? = nil, types: [Int]? = nil,
    merges: [[UInt8]]? = nil, preTokenizer: String? = nil, beginningID: Int? = nil,
    unknownID: Int? = nil, addsSpacePrefix: Bool? = nil, addsBeginning: Bool? = nil
  ) {
    self.model = model
    self.tokens = tokens
    self.scores = scores
    self.types = types
    self.merges = merges
    self.preTokenizer = preTokenizer
    self.beginningID = beginningID
    self.unknownID = unknownID
    self.addsSpacePrefix = addsSpacePrefix
    self.addsBeginning = addsBeginning
  }
}
