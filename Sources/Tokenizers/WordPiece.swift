import JSON

/// Encodes words as the longest matching tokens from the left, like BERT.
final class WordPiece: SubwordModel {
  static let kind = "WordPiece"

  let vocabulary: Vocabulary
  /// Tokens that may begin a word, and tokens that may continue one.
  private let beginnings: ByteTrie
  private let continuations: ByteTrie
  /// Prefix that marks each kind of token in the vocabulary.
  private let beginningPrefix: [UInt8]
  private let continuingPrefix: [UInt8]
  /// Token of a word that cannot be split into tokens.
  private let unknownID: Int32
  /// Length in characters beyond which words are unknown.
  private let longestWord: Int

  init(
    _ vocabulary: Vocabulary, beginningPrefix: [UInt8], continuingPrefix: [UInt8],
    unknownID: Int32, longestWord: Int
  ) {
    self.vocabulary = vocabulary
    self.beginningPrefix = beginningPrefix
    self.continuingPrefix = continuingPrefix
    self.unknownID = unknownID
    self.longestWord = longestWord
    var beginnings = ByteTrie()
    var continuations = ByteTrie()
    for (content, id) in vocabulary.tokens {
      let begins = content.starts(with: beginningPrefix)
      if begins { beginnings.insert(content.dropFirst(beginningPrefix.count), id) }
      // If only beginnings are marked, they are not continuations.
      if content.starts(with: continuingPrefix), !(begins && continuingPrefix.isEmpty) {
        continuations.insert(content.dropFirst(continuingPrefix.count), id)
      }
    }
    self.beginnings = beginnings
    self.continuations = continuations
  }

  func encode(_ word: Span<UInt8>, with merger: inout SymbolMerger, into ids: inout [Int32]) {
    let before = ids.count
    var start = 0
    while start < word.count, !isTooLong(word) {
      var longest: (id: Int32, end: Int)?
      (start == 0 ? beginnings : continuations).forEachPrefix(of: word, from: start) { id, end in
        // Some vocabularies have byte tokens that end inside a character.
        if end == word.count || word[end] & 0xC0 != 0x80 { longest = (id, end) }
      }
      guard let longest else { break }
      ids.append(longest.id)
      start = longest.end
    }
    if start < word.count {
      ids.removeSubrange(before...)
      ids.append(unknownID)
    }
  }

  private func isTooLong(_ word: Span<UInt8>) -> Bool {
    guard word.count > longestWord else { return false }
    return word.indices.count { word[$0] & 0xC0 != 0x80 } > longestWord
  }

  /// Text of a token, with a space before a token that begins a word.
  func bytes(of id: Int32) -> [UInt8]? {
    guard let content = vocabulary.content(of: id) else { return nil }
    if beginningPrefix.isEmpty {
      return content.starts(with: continuingPrefix)
        ? Array(content.dropFirst(continuingPrefix.count)) : [0x20] + content
    }
    return content.starts(with: beginningPrefix)
      ? [0x20] + content.dropFirst(beginningPrefix.count) : content
  }
}

extension WordPiece {
  /// Reads the `model` of a `tokenizer.json`.
  convenience init(_ node: JSONNode) throws(TokenizerError) {
    let vocabulary = try Vocabulary(node.required("vocab"))
    let unknown = try node.required("unk_token")
    let token = try unknown.string()
    guard let id = vocabulary.id(of: Array(token.utf8)) else {
      throw .unknownToken(path: unknown.path, token: token)
    }
    let prefix = try node.optional("continuing_subword_prefix")?.string() ?? "##"
    let longest = try node.optional("max_input_chars_per_word")
    guard let longestWord = longest.map({ $0.value.int }) ?? 100, longestWord >= 0 else {
      throw longest?.wrongType("a number of characters") ?? .missing(path: node.path)
    }
    self.init(
      vocabulary, beginningPrefix: [], continuingPrefix: Array(prefix.utf8), unknownID: id,
      longestWord: longestWord)
  }
}
