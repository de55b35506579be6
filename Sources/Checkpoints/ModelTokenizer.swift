package import Tokenizers

/// Tokenizer of a model, and the special token with which its windows begin, if any.
package struct ModelTokenizer: Sendable {
  /// Whether windows begin with the beginning-of-sequence token.
  package enum Beginning: String, Sendable, CaseIterable {
    /// Follows the tokenizer's own files.
    case auto
    case always
    case never
  }

  package let tokenizer: Tokenizer
  /// First token of every window; nil for none.
  package let beginningToken: Int?

  package init(_ model: Model, beginning: Beginning) throws(ModelError) {
    let described = try DescribedTokenizer.of(model)
    tokenizer = try described.tokenizer.get()
    beginningToken = try described.beginningToken(beginning, path: model.path)
  }

  /// Contents of a model's `tokenizer.json`, composed if there are only `vocab.json` and
  /// `merges.txt`; nil if there are neither.
  package static func json(of model: Model) throws(ModelError) -> [UInt8]? {
    try VocabularyFiles.tokenizerJSON(of: model.checkpoint)
  }

  /// Tokenizer and first token for precomputed token ids, which need no tokenizer.
  package static func forTokens(
    _ model: Model, beginning: Beginning
  ) throws(ModelError) -> (tokenizer: Tokenizer?, beginningToken: Int?) {
    let described = try DescribedTokenizer.of(model)
    return (
      try? described.tokenizer.get(),
      try described.beginningToken(beginning, path: model.path)
    )
  }
}
