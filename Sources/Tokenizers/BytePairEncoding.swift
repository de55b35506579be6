import JSON

/// A byte pair encoding over bytes: which tokens a word becomes.
///
/// A class, because a copy of it for every word would count a reference for each of its tables.
final class BytePairEncoding: Sendable {
  let vocabulary: Vocabulary
  private let merges: MergeTable
  /// The token of each single byte; negative for a byte that has none.
  private let byteIDs: [Int32]
  /// What stands for bytes without a token; without it they are dropped, as the library does.
  private let unknownID: Int32?
  private let fusesUnknown: Bool
  /// Whether a word that is a token is taken whole, even if no merges lead to it.
  private let ignoresMerges: Bool

  init(_ node: JSONNode) throws(TokenizerError) {
    try Self.refuseUnsupported(node)
    let vocabulary = try Vocabulary(node.required("vocab"))
    self.vocabulary = vocabulary
    merges = try Self.merges(node.required("merges"), vocabulary)
    byteIDs = (0...UInt8.max).map { byte in
      let word = [byte]
      return vocabulary.id(of: ByteAlphabet.content(of: word.span)) ?? -1
    }
    ignoresMerges = try node.flag("ignore_merges", default: false)
    fusesUnknown = try node.flag("fuse_unk", default: false)
    guard let unknown = try node.optional("unk_token") else {
      unknownID = nil
      return
    }
    let token = try unknown.string()
    unknownID = vocabulary.id(of: Array(token.utf8))
    // A name without a token does no harm where it can never be needed.
    guard unknownID != nil || !byteIDs.contains(where: { $0 < 0 }) else {
      throw .unknownToken(path: unknown.path, token: token)
    }
  }

  /// Appends the tokens of a word; `merger` lends its memory.
  func encode(_ word: Span<UInt8>, with merger: inout SymbolMerger, into ids: inout [Int32]) {
    if ignoresMerges, let id = vocabulary.id(of: ByteAlphabet.content(of: word)) {
      ids.append(id)
      return
    }
    merger.symbols.removeAll(keepingCapacity: true)
    var followsUnknown = false
    for index in word.indices {
      let id = byteIDs[Int(word[index])]
      if id >= 0 {
        merger.symbols.append(id)
      } else if let unknownID, !(fusesUnknown && followsUnknown) {
        merger.symbols.append(unknownID)
      }
      followsUnknown = id < 0
    }
    merger.merge(by: merges)
    ids.append(contentsOf: merger.symbols)
  }
}

extension BytePairEncoding {
  private static func refuseUnsupported(_ node: JSONNode) throws(TokenizerError) {
    // Files written before there was a type hold merges in BPE alone.
    if let type = try node.optional("type")?.string(), type != "BPE" {
      throw .unsupported(path: node.path, found: "the model \"\(type)\"")
    }
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
    if try node.flag("byte_fallback", default: false) {
      throw .unsupported(path: node.path, found: "BPE with byte_fallback")
    }
  }

  private static func merges(
    _ node: JSONNode, _ vocabulary: Vocabulary
  ) throws(TokenizerError) -> MergeTable {
    guard let elements = node.value.array else { throw node.wrongType("an array") }
    var table = MergeTable(capacity: elements.count)
    for (index, element) in elements.enumerated() {
      if case .string(let line) = element, line.utf8.starts(with: "#version".utf8) { continue }
      guard let (left, right) = pair(element) else { throw .malformedMerge(index: index) }
      let ids = try [left, right, left + right].map { content throws(TokenizerError) in
        guard let id = vocabulary.id(of: content) else {
          throw TokenizerError.mergeOutsideVocabulary(
            index: index, token: String(decoding: content, as: UTF8.self))
        }
        return id
      }
      // A pair that comes again counts by its last place, as in the library.
      table.insert(ids[0], ids[1], MergeTable.Merge(rank: Int32(clamping: index), id: ids[2]))
    }
    return table
  }

  /// A merge in either of its forms: `"a b"`, or `["a", "b"]`, in which tokens may hold spaces.
  private static func pair(_ value: JSONValue) -> (left: [UInt8], right: [UInt8])? {
    let parts: [[UInt8]]
    switch value {
    case .string(let line):
      parts = Array(line.utf8).split(separator: 0x20, omittingEmptySubsequences: false)
        .map(Array.init)
    case .array(let elements):
      parts = elements.compactMap { $0.string.map { Array($0.utf8) } }
      guard parts.count == elements.count else { return nil }
    default: return nil
    }
    guard parts.count == 2 else { return nil }
    return (parts[0], parts[1])
  }
}
