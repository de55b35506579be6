import JSON

/// Conversion of a `tokenizer.json` to the vocabulary of a GGUF file, as in llama.cpp's converter.
extension GGUFVocabulary {
  /// - Parameters:
  ///   - bytes: contents of the `tokenizer.json`.
  ///   - sentencePiece: contents of a `tokenizer.model` beside it, which has the scores themselves;
  ///     nil if there is none.
  ///   - count: number of tokens, which is the number of rows of the embedding.
  /// - Throws: ``TokenizerError/inexpressible(path:found:)`` if GGUF cannot represent a feature.
  package init(
    tokenizerJSON bytes: [UInt8], sentencePiece: [UInt8]? = nil, count: Int
  ) throws(TokenizerError) {
    let root: JSONNode
    do {
      root = JSONNode(value: try JSONScanner.scan(bytes), path: "")
    } catch {
      throw .invalidJSON(error)
    }
    let model = try root.required("model")
    let type = try model.optional("type")?.string() ?? "BPE"
    let added = try root.optional("added_tokens")?.elements().map {
      (node) throws(TokenizerError) in try AddedToken(node)
    }
    switch type {
    case "BPE":
      try self.init(
        BPEParameters(model), byteFallback: model.flag("byte_fallback", default: false), root,
        added: added ?? [], count: count)
    case "WordPiece":
      try self.init(wordPiece: model, root, added: added ?? [], count: count)
    default: throw .inexpressible(path: model.path, found: "the model \"\(type)\"")
    }
    if self.model == "llama", let sentencePiece {
      try takeScores(from: SentencePieceFile(sentencePiece).pieces)
    }
    if let post = try root.optional("post_processor") {
      let tokens = tokens
      endID = try PostProcessor.trailingToken(post) { text in
        tokens.firstIndex(of: Array(text.utf8)).map { Int32($0) }
      }.map(Int.init)
      addsEnd = endID != nil
    }
  }

  private init(
    _ parameters: BPEParameters, byteFallback: Bool, _ root: JSONNode, added: [AddedToken],
    count: Int
  ) throws(TokenizerError) {
    let cutter = try root.optional("pre_tokenizer")
    let preTokenizer = try cutter.map(PreTokenizer.init) ?? PreTokenizer(steps: [])
    let normalizer = try root.optional("normalizer").map(Normalizer.init)
    let pieces = try VocabularyPieces(parameters.vocabulary, added: added, count: count)
    if preTokenizer.isByteLevel {
      try self.init(
        bytes: parameters, pieces, preTokenizer, path: cutter?.path ?? "", normalizer, count: count)
    } else {
      guard byteFallback else {
        throw .inexpressible(path: "model", found: "BPE over characters without byte_fallback")
      }
      try self.init(characters: parameters, pieces, preTokenizer, normalizer, count: count)
    }
  }

  /// Byte-level BPE.
  private init(
    bytes parameters: BPEParameters, _ pieces: VocabularyPieces, _ preTokenizer: PreTokenizer,
    path: String, _ normalizer: Normalizer?, count: Int
  ) throws(TokenizerError) {
    // Text is usually in NFC, and GGUF has no key for it.
    guard normalizer?.isComposition ?? true else {
      throw .inexpressible(path: "normalizer", found: "one other than NFC, with byte-level BPE,")
    }
    guard
      let name = GGUFPreTokenizer.name(
        of: preTokenizer, ignoresMerges: parameters.ignoresMerges)
    else {
      throw .inexpressible(
        path: path,
        found: "a way of splitting words that has no name in llama.cpp"
          + (parameters.ignoresMerges ? " (with ignore_merges)" : ""))
    }
    self.init(
      model: "gpt2", tokens: pieces.contents(count: count),
      types: pieces.kinds(count: count, unknownID: nil, hasBytes: false),
      merges: parameters.merges.map { entry in
        let parts = [entry.left, entry.right].map { id in
          // A space separates the two tokens, so a token must not contain one.
          Normalizer.replace([0x20], with: [0xC4, 0xA0], in: pieces.content(of: id))
        }
        return parts[0] + [0x20] + parts[1]
      }, preTokenizer: name)
  }

  /// SentencePiece BPE, which represents merges by the scores of the tokens they produce.
  private init(
    characters parameters: BPEParameters, _ pieces: VocabularyPieces,
    _ preTokenizer: PreTokenizer, _ normalizer: Normalizer?, count: Int
  ) throws(TokenizerError) {
    guard !parameters.ignoresMerges else {
      throw .inexpressible(path: "model.ignore_merges", found: "true, with BPE over characters,")
    }
    guard let addsSpace = Self.addsSpace(preTokenizer, normalizer) else {
      throw .inexpressible(
        path: "pre_tokenizer",
        found: "a treatment of spaces that differs from SentencePiece's, with BPE over characters,")
    }
    let kinds = pieces.kinds(count: count, unknownID: parameters.unknownID, hasBytes: true)
    self.init(
      model: "llama", tokens: pieces.contents(count: count),
      scores: Self.scores(parameters, kinds), types: kinds, preTokenizer: "default",
      unknownID: parameters.unknownID.map(Int.init), addsSpacePrefix: addsSpace)
  }

  /// Negated rank of the first merge that produces each token; tokens without a merge come last.
  private static func scores(_ parameters: BPEParameters, _ kinds: [Int]) -> [Float] {
    var ranks: [Int32: Int] = [:]
    for (rank, entry) in parameters.merges.enumerated() where ranks[entry.merge.id] == nil {
      ranks[entry.merge.id] = rank
    }
    return kinds.enumerated().map { id, kind in
      switch GGUFTokens.Kind(rawValue: kind) {
      case .normal: -Float(ranks[Int32(id)] ?? parameters.merges.count + id)
      case .unused: -10_000
      case .userDefined: -1_000
      default: 0
      }
    }
  }

  /// Takes over scores and kinds of normal tokens from a `tokenizer.model`.
  private mutating func takeScores(from pieces: [SentencePieceFile.Piece]) {
    let normal = GGUFTokens.Kind.normal.rawValue
    for (id, piece) in pieces.enumerated() where tokens.indices.contains(id) {
      guard piece.content == tokens[id], types?[id] == normal, piece.kind != .control else {
        continue
      }
      scores?[id] = piece.score
      types?[id] = piece.kind.rawValue
    }
  }

  /// Whether a space is put before a text; nil unless spaces become "▁" and nothing else changes.
  private static func addsSpace(_ preTokenizer: PreTokenizer, _ normalizer: Normalizer?) -> Bool? {
    var prepends = false
    var replaces = false
    for step in normalizer?.steps ?? [] {
      switch step {
      case .prepend(SentencePieceBPE.space) where !replaces: prepends = true
      case .replace(.text([0x20]), with: SentencePieceBPE.space): replaces = true
      default: return nil
      }
    }
    for step in preTokenizer.steps {
      switch step {
      case .metaspace(SentencePieceBPE.space, let prefix, splits: false):
        prepends = prepends || prefix != .never
        replaces = true
      // No spaces are left to split at.
      case .split(.text([0x20]), _, inverts: false) where replaces: break
      default: return nil
      }
    }
    return replaces ? prepends : nil
  }
}

extension Normalizer {
  /// Whether it only composes characters (NFC).
  fileprivate var isComposition: Bool {
    steps.allSatisfy { if case .form(.nfc) = $0 { true } else { false } }
  }
}
