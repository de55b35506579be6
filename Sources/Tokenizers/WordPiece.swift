import JSON

/// Words as the longest tokens that they can be cut into from the left, as BERT has it.
final class WordPiece: SubwordModel {
  static let kind = "WordPiece"

  let vocabulary: Vocabulary
  /// The tokens that a word may begin with, and those that may go on with it.
  private let beginnings: ByteTrie
  private let continuations: ByteTrie
  /// What stands before the content of a token of each sort.
  private let beginningPrefix: [UInt8]
  private let continuingPrefix: [UInt8]
  /// What stands for a whole word with a part that has no token.
  private let unknownID: Int32
  /// Longer words are unknown.
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
      // Where only beginnings are marked, they are no continuations.
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
        // Some vocabularies have tokens of bytes that end within a character.
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

  /// The text of a token, with the space that was before a word's first.
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
