import JSON

/// Parameters of a byte pair encoding of any kind, from any file format.
struct BPEParameters {
  let vocabulary: Vocabulary
  let merges: [MergeTable.Entry]
  /// Token of symbols outside the vocabulary; nil drops them, as in `tokenizers`.
  let unknownID: Int32?
  /// Whether consecutive unknown symbols become one token.
  let fusesUnknown: Bool
  /// Whether a word in the vocabulary becomes its token even if no merges produce it.
  let ignoresMerges: Bool
  /// Error to throw if an unknown token is needed but there is none.
  let unknownError: TokenizerError?

  /// Throws ``unknownError`` if an unknown token is needed; otherwise its absence does no harm.
  func requireUnknown(if isNeeded: Bool) throws(TokenizerError) {
    if isNeeded, let unknownError { throw unknownError }
  }
}

extension BPEParameters {
  /// Reads the `model` of a `tokenizer.json`.
  init(_ node: JSONNode) throws(TokenizerError) {
    try Self.refuseUnsupported(node)
    let vocabulary = try Vocabulary(node.required("vocab"))
    self.vocabulary = vocabulary
    merges = try Self.merges(node.required("merges"), vocabulary)
    ignoresMerges = try node.flag("ignore_merges", default: false)
    fusesUnknown = try node.flag("fuse_unk", default: false)
    guard let unknown = try node.optional("unk_token") else {
      (unknownID, unknownError) = (nil, nil)
      return
    }
    let token = try unknown.string()
    unknownID = vocabulary.id(of: Array(token.utf8))
    unknownError = unknownID == nil ? .unknownToken(path: unknown.path, token: token) : nil
  }

  private static func refuseUnsupported(_ node: JSONNode) throws(TokenizerError) {
    for name in ["continuing_subword_prefix", "end_of_word_suffix"] {
      guard let affix = try node.optional(name), try !affix.string().isEmpty else { continue }
      throw .unsupported(path: affix.path, found: "\"\(try affix.string())\"")
    }
    if let dropout = try node.optional("dropout") {
      guard let probability = dropout.value.double else { throw dropout.wrongType("a number") }
      guard probability == 0 else {
        throw .unsupported(path: dropout.path, found: "dropout \(probability)")
      }
    }
  }

  private static func merges(
    _ node: JSONNode, _ vocabulary: Vocabulary
  ) throws(TokenizerError) -> [MergeTable.Entry] {
    guard let elements = node.value.array else { throw node.wrongType("an array") }
    var merges: [MergeTable.Entry] = []
    merges.reserveCapacity(elements.count)
    for (index, element) in elements.enumerated() {
      if case .string(let line) = element, line.utf8.starts(with: "#version".utf8) { continue }
      let path = "\(node.path)[\(index)]"
      guard let (left, right) = pair(element) else { throw .malformedMerge(path: path) }
      merges.append(try vocabulary.merge(left, right, rank: index, path: path))
    }
    return merges
  }

  /// Merge in either form: `"a b"`, or `["a", "b"]`, whose tokens may contain spaces.
  private static func pair(_ value: JSONValue) -> (left: [UInt8], right: [UInt8])? {
    switch value {
    case .string(let line):
      return pair(line: Array(line.utf8))
    case .array(let elements):
      let parts = elements.compactMap { $0.string.map { Array($0.utf8) } }
      guard elements.count == 2, parts.count == 2 else { return nil }
      return (parts[0], parts[1])
    default: return nil
    }
  }
  /// Merge in the form `a b`.
  static func pair(line: [UInt8]) -> (left: [UInt8], right: [UInt8])? {
    let parts = line.split(separator: 0x20, omittingEmptySubsequences: false)
    guard parts.count == 2 else { return nil }
    return (Array(parts[0]), Array(parts[1]))
  }
}
