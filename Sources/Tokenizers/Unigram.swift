import JSON

/// Encodes words as the tokens with the highest total score, like SentencePiece's unigram models.
final class Unigram: SubwordModel {
  static let kind = "Unigram"

  let vocabulary: Vocabulary
  private let tokens: ByteAutomaton
  private let scores: [Double]
  private let unknownID: Int32
  private let unknownScore: Double
  /// Token of each byte; negative for none.
  private let byteIDs: [Int32]
  /// Whether unknown characters that are a token together become that token.
  private let joinsUnknown: Bool

  /// Most pieces that may end at one place, which bounds the time for each character.
  private static let mostPieces = 512
  /// Difference between the lowest score of a token and the score of an unknown character.
  static let unknownPenalty = 10.0

  /// Last token of the best segmentation up to a position in a word.
  private struct Path {
    var score = 0.0
    var start = -1
    var id: Int32 = -1

    /// Keeps the better of two segmentations, the first if equal.
    mutating func improve(score: Double, start: Int, id: Int32) {
      guard self.start < 0 || score > self.score else { return }
      (self.score, self.start, self.id) = (score, start, id)
    }
  }

  /// - Parameters:
  ///   - vocabulary: all tokens.
  ///   - pieces: ids of the tokens that a text may be split into.
  ///   - scores: scores of all tokens, by id.
  ///   - unknownID: token of characters outside the vocabulary.
  ///   - unknownScore: score of such a character.
  ///   - usesBytes: whether such characters become byte tokens instead.
  ///   - joinsUnknown: whether several of them that are a token together become that token.
  ///   - path: location of the pieces in the file, for errors.
  /// - Throws: ``TokenizerError`` if too many pieces end with one another.
  init(
    _ vocabulary: Vocabulary, pieces: some Sequence<Int32>, scores: [Double], unknownID: Int32,
    unknownScore: Double, usesBytes: Bool, joinsUnknown: Bool, path: String
  ) throws(TokenizerError) {
    var trie = ByteTrie()
    for id in pieces {
      guard let content = vocabulary.content(of: id), !content.isEmpty else { continue }
      trie.insert(content, id)
    }
    tokens = ByteAutomaton(trie)
    guard tokens.mostMatches <= Self.mostPieces else {
      throw .unsupported(
        path: path,
        found: "a piece that ends with \(tokens.mostMatches - 1) others, more than "
          + "\(Self.mostPieces - 1),")
    }
    self.vocabulary = vocabulary
    self.scores = scores
    self.unknownID = unknownID
    self.unknownScore = unknownScore
    self.joinsUnknown = joinsUnknown
    byteIDs = (0...UInt8.max).map { byte in
      usesBytes ? vocabulary.id(of: SentencePieceBPE.content(ofByte: byte)) ?? -1 : -1
    }
  }

  func encode(_ word: Span<UInt8>, with merger: inout SymbolMerger, into ids: inout [Int32]) {
    var end = word.count
    let paths = paths(word)
    // Backwards from the end, with consecutive unknown characters as one piece.
    var pieces: [(range: Range<Int>, id: Int32)] = []
    while end > 0 {
      let path = paths[end]
      if path.id == unknownID, let last = pieces.last, last.id == unknownID {
        pieces[pieces.count - 1].range = path.start..<last.range.upperBound
      } else {
        pieces.append((path.start..<end, path.id))
      }
      end = path.start
    }
    for piece in pieces.reversed() {
      if piece.id == unknownID {
        append(unknown: word.extracting(piece.range), to: &ids)
      } else {
        ids.append(piece.id)
      }
    }
  }

  private func paths(_ word: Span<UInt8>) -> [Path] {
    var paths = [Path](repeating: Path(), count: word.count + 1)
    var start = 0
    var state: Int32 = 0
    while start < word.count {
      let end = start + word.lengthOfScalar(at: start)
      for index in start..<end { tokens.advance(&state, word[index]) }
      var coversScalar = false
      // Longest pieces first, as the first of equal segmentations wins.
      var match = tokens.longestMatch(in: state)
      while let piece = match {
        let first = end - piece.length
        // Only beginnings of characters have a path.
        if first == 0 || paths[first].start >= 0 {
          paths[end].improve(
            score: paths[first].score + scores[Int(piece.number)], start: first, id: piece.number)
        }
        if first == start { coversScalar = true }
        match = tokens.next(after: piece)
      }
      if !coversScalar {
        paths[end].improve(
          score: paths[start].score + unknownScore, start: start, id: unknownID)
      }
      start = end
    }
    return paths
  }

  private func append(unknown piece: Span<UInt8>, to ids: inout [Int32]) {
    // The whole piece can be a token that was not part of the best segmentation.
    if joinsUnknown, let id = vocabulary.id(of: piece.copy) {
      ids.append(id)
    } else if piece.indices.allSatisfy({ byteIDs[Int(piece[$0])] >= 0 }) {
      for index in piece.indices { ids.append(byteIDs[Int(piece[index])]) }
    } else {
      ids.append(unknownID)
    }
  }

  func bytes(of id: Int32) -> [UInt8]? {
    guard let content = vocabulary.content(of: id) else { return nil }
    if let byte = byteIDs.firstIndex(of: id) { return [UInt8(byte)] }
    return Normalizer.replace(SentencePieceBPE.space, with: [0x20], in: content)
  }
}

extension Unigram {
  /// Reads the `model` of a `tokenizer.json`.
  convenience init(_ node: JSONNode) throws(TokenizerError) {
    var contents: [[UInt8]] = []
    var scores: [Double] = []
    let list = try node.required("vocab")
    for entry in try list.elements() {
      guard let pair = entry.value.array, pair.count == 2, let content = pair[0].string,
        let score = pair[1].double, score.isFinite
      else { throw entry.wrongType("a token and its score") }
      contents.append(Array(content.utf8))
      scores.append(score)
    }
    guard contents.count <= Int(Vocabulary.largestID) + 1 else {
      throw .unsupported(path: list.path, found: "\(contents.count) tokens")
    }
    let unknown = try node.required("unk_id")
    guard let id = unknown.value.int else { throw unknown.wrongType("an id") }
    guard contents.indices.contains(id) else {
      throw .idOutsideVocabulary(path: unknown.path, id: id, count: contents.count)
    }
    // The last of equal contents wins.
    var vocabulary = Vocabulary()
    for (id, content) in contents.enumerated() { vocabulary.insertLast(content, id: Int32(id)) }
    try self.init(
      vocabulary, pieces: vocabulary.tokens.values, scores: scores, unknownID: Int32(id),
      unknownScore: (scores.min() ?? 0) - Self.unknownPenalty,
      usesBytes: try node.flag("byte_fallback", default: false), joinsUnknown: true,
      path: list.path)
  }
}
