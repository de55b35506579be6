import JSON

extension Tokenizer {
  /// Reads the contents of a `tokenizer.json`.
  package init(tokenizerJSON bytes: [UInt8]) throws(TokenizerError) {
    let root: JSONNode
    do {
      root = JSONNode(value: try JSONScanner.scan(bytes), path: "")
    } catch {
      throw .invalidJSON(error)
    }
    if let version = try root.optional("version") {
      guard try version.string() == "1.0" else {
        throw .unsupported(path: version.path, found: "version \"\(try version.string())\"")
      }
    }
    // Read the model first: for an unsupported kind of tokenizer it gives the clearest error.
    let (model, preTokenizer) = try Self.model(root)

    let normalizer: Normalizer?
    if let node = try root.optional("normalizer") {
      normalizer = try Normalizer.bounded(node)
    } else {
      normalizer = nil
    }

    let (tokens, addedTokens) = try Self.addedTokens(root, model.vocabulary)
    var verbatim: [(token: AddedToken, pattern: [UInt8])] = []
    var normalized = verbatim
    // Special tokens come first, as normalisation can make two patterns equal.
    for token in tokens.filter(\.isSpecial) + tokens.filter({ !$0.isSpecial }) {
      if token.isNormalized {
        let pattern = try normalizer?.normalize(token.content) ?? token.content
        normalized.append((token, pattern))
      } else {
        verbatim.append((token, token.content))
      }
    }

    if let node = try root.optional("post_processor") {
      leadingSpecialToken = try PostProcessor.leadingToken(node) { content in
        let bytes = Array(content.utf8)
        return addedTokens.id(of: bytes) ?? model.vocabulary.id(of: bytes)
      }
    } else {
      leadingSpecialToken = nil
    }
    vocabularySize = Int(max(model.vocabulary.highestID, addedTokens.highestID)) + 1
    self.normalizer = normalizer
    self.model = model
    self.preTokenizer = preTokenizer
    self.addedTokens = addedTokens
    verbatimMatcher = AddedTokenMatcher(verbatim)
    normalizedMatcher = AddedTokenMatcher(normalized)
  }

  /// Model named in the file, and its pre-tokenizer.
  private static func model(
    _ root: JSONNode
  ) throws(TokenizerError) -> (any SubwordModel, PreTokenizer) {
    let node = try root.required("model")
    let cutter = try root.optional("pre_tokenizer")
    // Files that predate the type contain BPE only.
    let type = try node.optional("type")?.string() ?? "BPE"
    let model: (any SubwordModel)?
    switch type {
    case "BPE": model = nil
    case "WordPiece": model = try WordPiece(node)
    case "Unigram": model = try Unigram(node)
    default: throw .unsupported(path: node.path, found: "the model \"\(type)\"")
    }
    let parameters = try model == nil ? BPEParameters(node) : nil
    let preTokenizer = try cutter.map(PreTokenizer.init) ?? PreTokenizer(steps: [])
    guard let parameters else {
      guard !preTokenizer.isByteLevel, let model else {
        throw .unsupported(path: cutter?.path ?? "", found: "ByteLevel with \(type)")
      }
      return (model, preTokenizer)
    }
    let usesBytes = try node.flag("byte_fallback", default: false)
    guard preTokenizer.isByteLevel else {
      return (try SentencePieceBPE(parameters, usesBytes: usesBytes), preTokenizer)
    }
    guard !usesBytes else {
      throw .unsupported(path: cutter?.path ?? "", found: "ByteLevel with byte_fallback")
    }
    return (try ByteLevelBPE(parameters), preTokenizer)
  }

  /// Added tokens, whose ids are checked against the vocabulary and each other.
  private static func addedTokens(
    _ root: JSONNode, _ vocabulary: Vocabulary
  ) throws(TokenizerError) -> (tokens: [AddedToken], contents: Vocabulary) {
    var tokens: [AddedToken] = []
    var contents = Vocabulary()
    for node in try root.optional("added_tokens")?.elements() ?? [] {
      let token = try AddedToken(node)
      // Empty and repeated tokens are skipped, as in `tokenizers`.
      guard !token.content.isEmpty else { continue }
      let text = String(decoding: token.content, as: UTF8.self)
      let known = contents.id(of: token.content)
      if let id = vocabulary.id(of: token.content) ?? known, id != token.id {
        throw .conflictingID(token: text, first: id, added: token.id)
      }
      if let other = vocabulary.content(of: token.id), other != token.content {
        throw .duplicateID(
          token.id, first: String(decoding: other, as: UTF8.self), second: text)
      }
      guard known == nil else { continue }
      // `tokenizers` numbers what is new by itself, whatever the file says.
      let next = max(contents.highestID, vocabulary.count - 1) + 1
      try contents.insert(token.content, id: token.id)
      if token.id != next, vocabulary.id(of: token.content) == nil {
        throw .misnumbered(token: text, next: next, added: token.id)
      }
      tokens.append(token)
    }
    return (tokens, contents)
  }
}
