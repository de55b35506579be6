import JSON

/// Encodes words as the longest matching tokens from the left, like BERT.
final class WordPiece: SubwordModel {
  static let kind = "WordPiece"

  let vocabulary: Vocabulary
  /// Tokens that may begin a word, and tokens that may continue one.
  private let beginnings: ByteTrie
  private let continuations: ByteTrie
  /// Continuations for the search in long words, whose time must not be a product of two lengths;
  /// nil if such words are unknown.
  private let longContinuations: StartingMatches?
  /// Prefix that marks each kind of token in the vocabulary.
  private let beginningPrefix: [UInt8]
  private let continuingPrefix: [UInt8]
  /// Token of a word that cannot be split into tokens.
  private let unknownID: Int32
  /// Length in characters beyond which words are unknown.
  private let longestWord: Int

  /// Length in bytes up to which walking from each place is fast enough.
  private static let shortWord = 256

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
    var long: [(bytes: [UInt8], number: Int32)] = []
    // Some vocabularies have byte tokens, which never match whole characters.
    for (content, id) in vocabulary.tokens where String(validating: content, as: UTF8.self) != nil {
      let begins = content.starts(with: beginningPrefix)
      if begins { beginnings.insert(content.dropFirst(beginningPrefix.count), id) }
      // If only beginnings are marked, they are not continuations.
      if content.starts(with: continuingPrefix), !(begins && continuingPrefix.isEmpty) {
        let continuation = content.dropFirst(continuingPrefix.count)
        continuations.insert(continuation, id)
        if longestWord > Self.shortWord, !continuation.isEmpty {
          long.append((Array(continuation), id))
        }
      }
    }
    longContinuations = longestWord > Self.shortWord ? StartingMatches(long) : nil
    self.beginnings = beginnings
    self.continuations = continuations
  }

  func encode(_ word: Span<UInt8>, with merger: inout SymbolMerger, into ids: inout [Int32]) {
    let before = ids.count
    guard !isTooLong(word), word.isEmpty || appendTokens(of: word, to: &ids) else {
      ids.removeSubrange(before...)
      return ids.append(unknownID)
    }
  }

  /// Appends the tokens of a word; false if it cannot be split into tokens.
  private func appendTokens(of word: Span<UInt8>, to ids: inout [Int32]) -> Bool {
    guard var start = append(beginnings, of: word, from: 0, to: &ids) else { return false }
    if word.count > Self.shortWord, let longContinuations {
      for match in longContinuations.find(in: word).reversed() where match.start == start {
        ids.append(match.number)
        start += match.length
      }
      return start == word.count
    }
    while start < word.count {
      guard let end = append(continuations, of: word, from: start, to: &ids) else { return false }
      start = end
    }
    return true
  }

  /// Appends the longest token that starts at an index; returns its end.
  private func append(
    _ tokens: ByteTrie, of word: Span<UInt8>, from start: Int, to ids: inout [Int32]
  ) -> Int? {
    var longest: (id: Int32, end: Int)?
    tokens.forEachPrefix(of: word, from: start) { longest = ($0, $1) }
    guard let longest else { return nil }
    ids.append(longest.id)
    return longest.end
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
