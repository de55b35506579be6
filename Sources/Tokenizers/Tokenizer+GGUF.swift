extension Tokenizer {
  /// Tokenizer described by the metadata of a GGUF file, as llama.cpp reads it.
  package init(_ file: GGUFVocabulary) throws(TokenizerError) {
    switch file.model {
    case "llama": try self.init(llama: file)
    case "gpt2", "gemma4": try self.init(gpt2: file)
    case "bert": try self.init(bert: file)
    case "t5": try self.init(t5: file)
    default:
      throw .unsupported(path: "tokenizer.ggml.model", found: "the model \"\(file.model)\"")
    }
  }

  private init(llama file: GGUFVocabulary) throws(TokenizerError) {
    let tokens = try GGUFTokens(file)
    let unknownID = tokens.id(file.unknownID) ?? tokens.ids(of: .unknown).first
    let characters = tokens.charactersWithoutToken()
    let parameters = BPEParameters(
      vocabulary: tokens.vocabulary, merges: try tokens.merges(byScore: file.scores, characters),
      unknownID: unknownID, fusesUnknown: true, ignoresMerges: false,
      unknownError: unknownID == nil ? .missing(path: "tokenizer.ggml.unknown_token_id") : nil)
    let escape = Normalizer.replace(.text([0x20]), with: SentencePieceBPE.space)
    self.init(
      tokens,
      model: try SentencePieceBPE(
        parameters, unused: tokens.ids(of: .unused), withoutToken: characters),
      preTokenizer: PreTokenizer(steps: []),
      normalizer: file.addsSpacePrefix ?? true
        ? .sequence([.prepend(SentencePieceBPE.space), escape]) : escape,
      added: tokens.added(.unknown, .control, .userDefined),
      leadingSpecialToken: try Self.leadingToken(
        tokens, tokens.id(file.beginningID, 1), adds: file.addsBeginning, default: true))
  }

  private init(gpt2 file: GGUFVocabulary) throws(TokenizerError) {
    let isGemma = file.model == "gemma4"
    let described = try GGUFPreTokenizer(isGemma ? "gemma4" : file.preTokenizer ?? "")
    let tokens = try GGUFTokens(file)
    let lines = file.merges ?? (described.needsMerges ? nil : [])
    // Bytes without a token are dropped, even if the file names an unknown token: files name one
    // even for models whose `tokenizer.json` has none.
    let parameters = BPEParameters(
      vocabulary: tokens.vocabulary, merges: try tokens.merges(lines), unknownID: nil,
      fusesUnknown: false, ignoresMerges: described.ignoresMerges, unknownError: nil)
    let model: any SubwordModel
    switch described.alphabet {
    case .bytes: model = try ByteLevelBPE(parameters, partsAtDropped: true)
    case .text:
      model = try SentencePieceBPE(parameters, keepsLineFeeds: described.keepsLineFeeds)
    }
    self.init(
      tokens, model: model, preTokenizer: described.preTokenizer,
      normalizer: described.escapesSpaces
        ? .replace(.text([0x20]), with: SentencePieceBPE.space) : nil,
      added: tokens.added(.unknown, .control, .userDefined),
      leadingSpecialToken: try Self.leadingToken(
        tokens, tokens.id(file.beginningID, isGemma ? nil : described.beginningID),
        adds: described.forcesBeginning ? true : file.addsBeginning,
        default: described.addsBeginning))
  }

  /// WordPiece, with a vocabulary that marks beginnings of words and not continuations.
  private init(bert file: GGUFVocabulary) throws(TokenizerError) {
    let tokens = try GGUFTokens(file)
    guard let unknownID = tokens.id(file.unknownID) ?? tokens.ids(of: .unknown).first else {
      throw .missing(path: "tokenizer.ggml.unknown_token_id")
    }
    let lowercases = file.lowercases ?? true
    self.init(
      tokens,
      model: WordPiece(
        tokens.vocabulary, beginningPrefix: SentencePieceBPE.space, continuingPrefix: [],
        unknownID: unknownID, longestWord: .max),
      preTokenizer: PreTokenizer(steps: PreTokenizer.bert),
      normalizer: .bert(
        cleans: true, isolatesChinese: true, stripsAccents: file.stripsAccents ?? lowercases,
        lowercases: lowercases),
      added: tokens.added(.unknown, .control, .userDefined),
      leadingSpecialToken: try Self.leadingToken(
        tokens, tokens.id(file.beginningID, 101), adds: file.addsBeginning, default: true))
  }

  /// Unigram, with SentencePiece's normalisation.
  private init(t5 file: GGUFVocabulary) throws(TokenizerError) {
    let tokens = try GGUFTokens(file)
    guard let unknownID = tokens.id(file.unknownID, 2) else {
      throw .missing(path: "tokenizer.ggml.unknown_token_id")
    }
    let scores = try tokens.scores(file.scores)
    let least = tokens.ids(of: .normal).map { scores[Int($0)] }.min() ?? 0
    let kept = tokens.added(.userDefined)
    self.init(
      tokens,
      model: try Unigram(
        tokens.vocabulary, pieces: tokens.ids(of: .normal, .userDefined, .unused),
        scores: scores.enumerated().map { id, score in
          tokens.kind(of: Int32(id)) == .userDefined ? 0 : Double(score)
        }, unknownID: unknownID, unknownScore: Double(least - Float(Unigram.unknownPenalty)),
        usesBytes: false, joinsUnknown: false, path: "tokenizer.ggml.tokens"),
      preTokenizer: PreTokenizer(steps: []),
      normalizer: .sentencePiece(
        SentencePieceNormalizer(
          replacements: try file.replacements.map { (bytes) throws(TokenizerError) in
            try PrecompiledNormalizer(bytes, path: "tokenizer.ggml.precompiled_charsmap")
          }, kept: kept.map(\.content), addsSpacePrefix: file.addsSpacePrefix ?? false,
          joinsSpaces: file.joinsSpaces)),
      added: tokens.added(.unknown, .control, .userDefined),
      leadingSpecialToken: try Self.leadingToken(
        tokens, tokens.id(file.beginningID), adds: file.addsBeginning, default: false))
  }

  private init(
    _ tokens: GGUFTokens, model: any SubwordModel, preTokenizer: PreTokenizer,
    normalizer: Normalizer?, added: [AddedToken], leadingSpecialToken: Int32?
  ) {
    self.model = model
    self.preTokenizer = preTokenizer
    self.normalizer = normalizer
    self.leadingSpecialToken = leadingSpecialToken
    vocabularySize = Int(tokens.vocabulary.highestID) + 1
    var addedTokens = Vocabulary()
    for token in added { addedTokens.insertFirst(token.content, id: token.id) }
    self.addedTokens = addedTokens
    // llama.cpp finds them in the text as it is, and then prepares what is between them.
    verbatimMatcher = AddedTokenMatcher(added.map { ($0, $0.content) })
    normalizedMatcher = AddedTokenMatcher([])
  }

  private static func leadingToken(
    _ tokens: GGUFTokens, _ id: Int32?, adds: Bool?, default fallback: Bool
  ) throws(TokenizerError) -> Int32? {
    guard adds ?? fallback else { return nil }
    if id == nil, adds == true { throw .missing(path: "tokenizer.ggml.bos_token_id") }
    return id
  }
}
