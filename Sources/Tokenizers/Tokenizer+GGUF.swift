extension Tokenizer {
  /// Tokenizer described by the metadata of a GGUF file.
  package init(_ file: GGUFVocabulary) throws(TokenizerError) {
    switch file.model {
    case "llama": try self.init(llama: file)
    case "gpt2": try self.init(gpt2: file)
    case "bert": try self.init(bert: file)
    default:
      throw .unsupported(path: "tokenizer.ggml.model", found: "the model \"\(file.model)\"")
    }
  }

  private init(llama file: GGUFVocabulary) throws(TokenizerError) {
    let tokens = try GGUFTokens(file)
    let unknownID =
      try file.unknownID.map { id throws(TokenizerError) in
        try tokens.id(id, path: "tokenizer.ggml.unknown_token_id")
      } ?? tokens.ids(of: .unknown).first
    let parameters = BPEParameters(
      vocabulary: tokens.vocabulary, merges: try tokens.merges(byScore: file.scores),
      unknownID: unknownID, fusesUnknown: true, ignoresMerges: false,
      unknownError: unknownID == nil ? .missing(path: "tokenizer.ggml.unknown_token_id") : nil)
    let escape = Normalizer.replace(.text([0x20]), with: SentencePieceBPE.space)
    self.init(
      tokens,
      model: try SentencePieceBPE(parameters, unused: tokens.ids(of: .unused)),
      preTokenizer: PreTokenizer(steps: []),
      normalizer: file.addsSpacePrefix ?? true
        ? .sequence([.prepend(SentencePieceBPE.space), escape]) : escape,
      verbatim: tokens.added(.unknown, .control),
      // Matched after normalisation, with its spaces, as they are ordinary text.
      normalized: tokens.added(.userDefined),
      leadingSpecialToken: try Self.leadingToken(file, tokens, default: true))
  }

  private init(gpt2 file: GGUFVocabulary) throws(TokenizerError) {
    // Without a name llama.cpp guesses, and warns about it.
    guard let name = file.preTokenizer else {
      throw .unsupported(path: "tokenizer.ggml.pre", found: "no pre-tokenizer")
    }
    let described = try GGUFPreTokenizer(name)
    let tokens = try GGUFTokens(file)
    // Bytes without a token are dropped, even if the file names an unknown token: files name one
    // even for models whose `tokenizer.json` has none.
    let parameters = BPEParameters(
      vocabulary: tokens.vocabulary, merges: try tokens.merges(file.merges), unknownID: nil,
      fusesUnknown: false, ignoresMerges: described.ignoresMerges, unknownError: nil)
    self.init(
      tokens,
      model: try ByteLevelBPE(parameters),
      preTokenizer: described.preTokenizer, normalizer: nil,
      verbatim: tokens.added(.control, .userDefined), normalized: [],
      leadingSpecialToken: try Self.leadingToken(
        file, tokens, default: described.addsBeginning))
  }

  /// WordPiece, with a vocabulary that marks beginnings of words and not continuations.
  private init(bert file: GGUFVocabulary) throws(TokenizerError) {
    let tokens = try GGUFTokens(file)
    let unknownID =
      try file.unknownID.map { id throws(TokenizerError) in
        try tokens.id(id, path: "tokenizer.ggml.unknown_token_id")
      } ?? tokens.ids(of: .unknown).first
    guard let unknownID else { throw .missing(path: "tokenizer.ggml.unknown_token_id") }
    self.init(
      tokens,
      model: WordPiece(
        tokens.vocabulary, beginningPrefix: SentencePieceBPE.space, continuingPrefix: [],
        unknownID: unknownID, longestWord: .max),
      preTokenizer: PreTokenizer(steps: PreTokenizer.bert),
      normalizer: .bert(
        cleans: true, isolatesChinese: true, stripsAccents: true, lowercases: true),
      verbatim: tokens.added(.unknown, .control, .userDefined), normalized: [],
      leadingSpecialToken: try Self.leadingToken(file, tokens, default: true))
  }

  private init(
    _ tokens: GGUFTokens, model: any SubwordModel, preTokenizer: PreTokenizer,
    normalizer: Normalizer?, verbatim: [AddedToken], normalized: [AddedToken],
    leadingSpecialToken: Int32?
  ) {
    self.model = model
    self.preTokenizer = preTokenizer
    self.normalizer = normalizer
    self.leadingSpecialToken = leadingSpecialToken
    vocabularySize = Int(tokens.vocabulary.highestID) + 1
    var addedTokens = Vocabulary()
    var verbatimMatcher = AddedTokenMatcher()
    for token in verbatim {
      addedTokens.insertFirst(token.content, id: token.id)
      verbatimMatcher.insert(token, pattern: token.content)
    }
    var normalizedMatcher = AddedTokenMatcher()
    for token in normalized {
      // Some converters escape the spaces in these tokens, some do not.
      normalizedMatcher.insert(
        token,
        pattern: Normalizer.replace([0x20], with: SentencePieceBPE.space, in: token.content))
    }
    self.addedTokens = addedTokens
    self.verbatimMatcher = verbatimMatcher
    self.normalizedMatcher = normalizedMatcher
  }

  private static func leadingToken(
    _ file: GGUFVocabulary, _ tokens: GGUFTokens, default adds: Bool
  ) throws(TokenizerError) -> Int32? {
    let path = "tokenizer.ggml.bos_token_id"
    guard let id = file.beginningID else {
      if file.addsBeginning == true { throw .missing(path: path) }
      return nil
    }
    let token = try tokens.id(id, path: path)
    return file.addsBeginning ?? adds ? token : nil
  }
}
