/// Vocabulary from the metadata of a GGUF file, unchecked.
package struct GGUFVocabulary: Sendable {
  /// `tokenizer.ggml.model`: `llama` for SentencePiece BPE, `gpt2` for byte-level BPE, `gemma4` for
  /// BPE over characters, `bert` for WordPiece, `t5` for Unigram.
  package var model: String
  /// `tokenizer.ggml.tokens`, by id.
  package var tokens: [[UInt8]]
  /// `tokenizer.ggml.scores`, by id; only for `llama` and `t5`.
  package var scores: [Float]?
  /// `tokenizer.ggml.token_type`, by id; nil if all tokens are normal.
  package var types: [Int]?
  /// `tokenizer.ggml.merges`, each written `a b`, highest priority first; only for `gpt2`.
  package var merges: [[UInt8]]?
  /// `tokenizer.ggml.pre`: name of the pre-tokenizer; only for `gpt2`, nil for `default`.
  package var preTokenizer: String?
  /// `tokenizer.ggml.bos_token_id`.
  package var beginningID: Int?
  /// `tokenizer.ggml.unknown_token_id`.
  package var unknownID: Int?
  /// `tokenizer.ggml.add_space_prefix`: whether a space is put before a text; by default true for
  /// `llama`, false for `t5`.
  package var addsSpacePrefix: Bool?
  /// `tokenizer.ggml.remove_extra_whitespaces`: whether runs of spaces become one; only for `t5`.
  package var joinsSpaces = false
  /// `tokenizer.ggml.precompiled_charsmap`: SentencePiece's table of replacements; only for `t5`.
  package var replacements: [UInt8]?
  /// `tokenizer.ggml.normalizer.lowercase` of `bert`, true by default.
  package var lowercases: Bool?
  /// `tokenizer.ggml.normalizer.strip_accents` of `bert`, by default as ``lowercases``.
  package var stripsAccents: Bool?
  /// `tokenizer.ggml.add_bos_token`: whether texts begin with the beginning token; nil for the
  /// default of the model or pre-tokenizer.
  package var addsBeginning: Bool?
  /// `general.name`, by which llama.cpp knows white space that belongs to added tokens.
  package var modelName: String?
  /// `tokenizer.ggml.add_eos_token`: whether texts end with the end token.
  package var addsEnd = false
  /// Token at the ends of texts, which is `tokenizer.ggml.eos_token_id`; nil for none.
  package var endID: Int?

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
