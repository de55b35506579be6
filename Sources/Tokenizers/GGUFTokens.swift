/// Tokens of a GGUF file, with its arrays checked against each other.
struct GGUFTokens {
  /// Kind of a token, as numbered in `tokenizer.ggml.token_type`.
  enum Kind: Int {
    /// Neither text nor special, by files that do not tell.
    case undefined
    case normal, unknown, control, userDefined, unused, byte
  }

  /// The first of tokens with equal content wins; padding creates such tokens.
  let vocabulary: Vocabulary
  private let contents: [[UInt8]]
  private let kinds: [Kind]
  private let stripping: Stripping

  var count: Int { contents.count }

  init(_ file: GGUFVocabulary) throws(TokenizerError) {
    contents = file.tokens
    guard !contents.isEmpty else { throw .missing(path: "tokenizer.ggml.tokens") }
    guard contents.count <= Int(Vocabulary.largestID) + 1 else {
      throw .unsupported(path: "tokenizer.ggml.tokens", found: "\(contents.count) tokens")
    }
    var vocabulary = Vocabulary()
    for (id, content) in contents.enumerated() {
      vocabulary.insertFirst(content, id: Int32(id))
    }
    self.vocabulary = vocabulary
    stripping = Stripping(file)

    guard let types = file.types else {
      let kinds = Array(repeating: Kind.normal, count: contents.count)
      self.kinds = Self.kinds(kinds, in: vocabulary)
      return
    }
    let path = "tokenizer.ggml.token_type"
    try Self.checkCount(types.count, contents.count, path: path)
    var kinds: [Kind] = []
    kinds.reserveCapacity(types.count)
    for (id, type) in types.enumerated() {
      guard let kind = Kind(rawValue: type) else {
        throw .unsupported(path: "\(path)[\(id)]", found: "the type \(type)")
      }
      kinds.append(kind)
    }
    self.kinds = Self.kinds(kinds, in: vocabulary)
  }

  func ids(of kinds: Kind...) -> [Int32] {
    self.kinds.indices.filter { kinds.contains(self.kinds[$0]) }.map(Int32.init)
  }

  func kind(of id: Int32) -> Kind { kinds[Int(id)] }

  /// First of these ids that belongs to a token; files name ids like 4294967295 for none.
  func id(_ ids: Int?...) -> Int32? {
    ids.lazy.compactMap(\.self).first(where: contents.indices.contains).map { Int32($0) }
  }

  private static func checkCount(
    _ found: Int, _ expected: Int, path: String
  ) throws(TokenizerError) {
    guard found == expected else {
      throw .wrongCount(path: path, expected: expected, found: found)
    }
  }
}

extension GGUFTokens {
  /// Added tokens of these kinds; all but user-defined ones are special.
  func added(_ kinds: Kind...) -> [AddedToken] {
    self.kinds.indices.compactMap { id in
      // Other contents could match only inside a character.
      guard kinds.contains(self.kinds[id]), String(validating: contents[id], as: UTF8.self) != nil
      else { return nil }
      return AddedToken(
        id: Int32(id), content: contents[id], isSingleWord: false,
        stripsLeft: stripping.stripsLeft(contents[id]),
        stripsRight: stripping.stripsRight(contents[id]), isNormalized: false,
        isSpecial: self.kinds[id] != .userDefined)
    }
  }
}

extension GGUFTokens {
  /// More than any vocabulary has; a table of this size takes 128 MiB.
  private static let mostMerges = 1 << 22

  /// Merges of lines `a b`, the first with the highest priority.
  ///
  /// In reverse order, as the first of equal merges counts in llama.cpp, and the last in a table.
  func merges(_ lines: [[UInt8]]?) throws(TokenizerError) -> [MergeTable.Entry] {
    guard let lines else { throw .missing(path: "tokenizer.ggml.merges") }
    var merges: [MergeTable.Entry] = []
    merges.reserveCapacity(lines.count)
    for (index, line) in lines.enumerated() {
      let path = "tokenizer.ggml.merges[\(index)]"
      guard let (left, right) = BPEParameters.pair(line: line) else {
        throw .malformedMerge(path: path)
      }
      merges.append(try vocabulary.merge(left, right, rank: index, path: path))
    }
    return merges.reversed()
  }

  /// Scores of all tokens, by id.
  func scores(_ scores: [Float]?) throws(TokenizerError) -> [Float] {
    let path = "tokenizer.ggml.scores"
    guard let scores else { throw .missing(path: path) }
    try Self.checkCount(scores.count, contents.count, path: path)
    if let id = scores.firstIndex(where: \.isNaN) {
      throw .unsupported(path: "\(path)[\(id)]", found: "the score nan")
    }
    return scores
  }

  /// Characters of tokens that have no token of their own, with ids after those of all tokens.
  ///
  /// SentencePiece merges them like others; what remains of them is bytes, or unknown.
  func charactersWithoutToken() -> [Unicode.Scalar: Int32] {
    var isCovered = Set<Unicode.Scalar>()
    var whole: [String.UnicodeScalarView] = []
    for id in mergeable() {
      let content = contents[Int(id)]
      guard let scalars = String(validating: content, as: UTF8.self)?.unicodeScalars else {
        continue
      }
      if scalars.count == 1 { isCovered.formUnion(scalars) } else { whole.append(scalars) }
    }
    var ids: [Unicode.Scalar: Int32] = [:]
    for scalar in whole.joined() where !isCovered.contains(scalar) && ids[scalar] == nil {
      guard vocabulary.id(of: Array(String(scalar).utf8)) == nil else { continue }
      ids[scalar] = Int32(contents.count + ids.count)
    }
    return ids
  }

  /// SentencePiece's merges: two symbols merge if their concatenation is a token, highest score
  /// first.
  ///
  /// Tokens that are not text (control, bytes, unknown) take no part.
  ///
  /// - Parameters:
  ///   - scores: scores of all tokens.
  ///   - characters: characters without a token of their own, which are symbols too.
  /// - Returns: merges in no order, with ranks.
  /// - Throws: ``TokenizerError`` without scores, or if there are too many merges.
  func merges(
    byScore scores: [Float]?, _ characters: [Unicode.Scalar: Int32]
  ) throws(TokenizerError) -> [MergeTable.Entry] {
    let scores = try self.scores(scores)
    let whole = mergeable()
    let ranks = Self.ranks(whole.map { scores[Int($0)] })
    let ids = whole + characters.values
    let parts = whole.map { contents[Int($0)] } + characters.keys.map { Array(String($0).utf8) }
    var merges: [MergeTable.Entry] = []
    try TokenSplits(parts).forEach { split throws(TokenizerError) in
      guard merges.count < Self.mostMerges else {
        throw .unsupported(
          path: "tokenizer.ggml.tokens", found: "more than \(Self.mostMerges) merges")
      }
      merges.append(
        MergeTable.Entry(
          left: ids[split.left], right: ids[split.right],
          merge: MergeTable.Merge(rank: ranks[split.whole], id: ids[split.whole])))
    }
    return merges
  }

  private func mergeable() -> [Int32] {
    ids(of: .normal, .userDefined, .unused, .undefined).filter { id in
      let content = contents[Int(id)]
      return !content.isEmpty && vocabulary.id(of: content) == id
    }
  }

  /// Rank of each score among the distinct scores, highest first.
  private static func ranks(_ scores: [Float]) -> [Int32] {
    var ranks = [Int32](repeating: 0, count: scores.count)
    var rank: Int32 = 0
    var before: Float?
    for index in scores.indices.sorted(by: { scores[$0] > scores[$1] }) {
      if let before, scores[index] != before { rank += 1 }
      before = scores[index]
      ranks[index] = rank
    }
    return ranks
  }
}
