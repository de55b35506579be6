package import GGUF
package import Tokenizers

extension GGUFVocabulary {
  /// Reads the tokenizer's keys; nil if they are missing.
  package init?(_ metadata: GGUFMetadata) throws(GGUFError) {
    let key = "tokenizer.ggml."
    guard let model = try metadata.stringIfPresent(key + "model"),
      let tokens = try metadata.stringsIfPresent(key + "tokens")
    else { return nil }
    self.init(
      model: model, tokens: tokens, scores: try metadata.floatsIfPresent(key + "scores"),
      types: try metadata.intsIfPresent(key + "token_type"),
      merges: try metadata.stringsIfPresent(key + "merges"),
      preTokenizer: try metadata.stringIfPresent(key + "pre"),
      beginningID: try metadata.intIfPresent(key + "bos_token_id"),
      unknownID: try metadata.intIfPresent(key + "unknown_token_id"),
      addsSpacePrefix: try metadata.boolIfPresent(key + "add_space_prefix"),
      addsBeginning: try metadata.boolIfPresent(key + "add_bos_token"))
    joinsSpaces = try metadata.boolIfPresent(key + "remove_extra_whitespaces") ?? false
    replacements = try metadata.intsIfPresent(key + "precompiled_charsmap")?
      .map { UInt8(truncatingIfNeeded: $0) }
    lowercases = try metadata.boolIfPresent(key + "normalizer.lowercase")
    // A name in another encoding decides nothing.
    modelName = try? metadata.stringIfPresent("general.name")
    stripsAccents = try metadata.boolIfPresent(key + "normalizer.strip_accents")
  }
}
