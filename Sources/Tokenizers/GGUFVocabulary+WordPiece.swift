extension GGUFVocabulary {
  /// WordPiece: a GGUF file marks the tokens that begin a word, not those that continue one.
  init(
    wordPiece model: JSONNode, _ root: JSONNode, added: [AddedToken], count: Int
  ) throws(TokenizerError) {
    let vocabulary = try Vocabulary(model.required("vocab"))
    let prefix = Array((try model.optional("continuing_subword_prefix")?.string() ?? "##").utf8)
    let unknown = try model.required("unk_token")
    guard let unknownID = vocabulary.id(of: Array(try unknown.string().utf8)) else {
      throw .unknownToken(path: unknown.path, token: try unknown.string())
    }
    guard try root.required("pre_tokenizer").type() == "BertPreTokenizer" else {
      throw .inexpressible(
        path: "pre_tokenizer", found: "one other than BertPreTokenizer, with WordPiece,")
    }
    let normalizer = try root.required("normalizer")
    guard try normalizer.type() == "BertNormalizer",
      try normalizer.flag("clean_text", default: true),
      try normalizer.flag("handle_chinese_chars", default: true)
    else {
      throw .inexpressible(
        path: normalizer.path, found: "one other than BertNormalizer, with WordPiece,")
    }
    let pieces = try VocabularyPieces(vocabulary, added: added, count: count)
    let kinds = pieces.kinds(count: count, unknownID: nil, hasBytes: false)
    let contents = zip(pieces.contents(count: count), kinds).map { content, kind in
      if kind == GGUFTokens.Kind.control.rawValue { return content }
      return content.starts(with: prefix)
        ? Array(content.dropFirst(prefix.count)) : SentencePieceBPE.space + content
    }
    self.init(model: "bert", tokens: contents, types: kinds, unknownID: Int(unknownID))
    lowercases = try normalizer.flag("lowercase", default: true)
    stripsAccents = try normalizer.optional("strip_accents")?.bool()
  }
}
