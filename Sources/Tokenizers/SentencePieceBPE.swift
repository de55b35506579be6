/// Byte pair encoding over Unicode scalars, as trained by SentencePiece.
///
/// "▁" represents the space; a scalar without a token becomes byte tokens, `<0x00>` to `<0xFF>`.
final class SentencePieceBPE: SubwordModel {
  static let kind = "SentencePiece BPE"

  let vocabulary: Vocabulary
  private let merges: MergeTable
  /// Tokens of single scalars; ASCII separately, as it suffices for most text.
  private let asciiIDs: [Int32]
  private let scalarIDs: [Unicode.Scalar: Int32]
  /// Token of each byte; negative for none.
  private let byteIDs: [Int32]
  private let unknownID: Int32?
  private let fusesUnknown: Bool
  private let ignoresMerges: Bool
  /// Whether a word of line feeds in the vocabulary becomes its token.
  private let keepsLineFeeds: Bool
  /// Token of a space if no merge joins a run of spaces to the text before it, otherwise negative.
  ///
  /// Text can then be split before runs of spaces without changing its tokens. Such tokenizers do
  /// not split text into words, so otherwise a whole text would go through the merge queue.
  private let boundaryID: Int32
  /// Tokens that replace each unused token, and each scalar that merges without a token.
  private let parts: [Int32: [Int32]]

  /// Model that uses `unused` tokens only as steps to longer ones, and splits those that remain.
  ///
  /// Scalars `withoutToken` merge by ids of their own, and otherwise are bytes or unknown as any
  /// scalar without a token. Unless `usesBytes`, it is unknown.
  init(
    _ parameters: BPEParameters, usesBytes: Bool = true, unused: [Int32] = [],
    withoutToken: [Unicode.Scalar: Int32] = [:], keepsLineFeeds: Bool = false
  ) throws(TokenizerError) {
    vocabulary = parameters.vocabulary
    let merges = MergeTable(parameters.merges)
    self.merges = merges
    var scalarIDs: [Unicode.Scalar: Int32] = [:]
    for (content, id) in vocabulary.tokens where content.count <= 4 {
      guard let scalars = String(validating: content, as: UTF8.self)?.unicodeScalars,
        let scalar = scalars.first, scalars.count == 1
      else { continue }
      scalarIDs[scalar] = id
    }
    scalarIDs.merge(withoutToken) { token, _ in token }
    self.scalarIDs = scalarIDs
    asciiIDs = (0..<0x80).map { scalarIDs[Unicode.Scalar(UInt8($0))] ?? -1 }
    let byteIDs = (0...UInt8.max).map { [vocabulary] byte in
      usesBytes ? vocabulary.id(of: Self.content(ofByte: byte)) ?? -1 : -1
    }
    self.byteIDs = byteIDs
    unknownID = parameters.unknownID
    fusesUnknown = parameters.fusesUnknown
    ignoresMerges = parameters.ignoresMerges
    self.keepsLineFeeds = keepsLineFeeds
    boundaryID =
      Self.isBoundary(Self.space, parameters) ? vocabulary.id(of: Self.space) ?? -1 : -1
    let bytes = withoutToken.map { scalar, id in
      let bytes = String(scalar).utf8.map { byteIDs[Int($0)] }
      return (id, bytes.contains { $0 < 0 } ? parameters.unknownID.map { [$0] } ?? [] : bytes)
    }
    parts = Self.parts(
      of: unused, vocabulary, scalarIDs, merges, Dictionary(uniqueKeysWithValues: bytes))
    try parameters.requireUnknown(if: byteIDs.contains { $0 < 0 })
  }

  func encode(_ word: Span<UInt8>, with merger: inout SymbolMerger, into ids: inout [Int32]) {
    if ignoresMerges || (keepsLineFeeds && word.indices.allSatisfy { word[$0] == 0x0A }),
      let id = vocabulary.id(of: word.indices.map { word[$0] })
    {
      ids.append(id)
      return
    }
    merger.symbols.removeAll(keepingCapacity: true)
    // An unknown symbol is held back until the next symbol that is not bytes, as in `tokenizers`.
    var isUnknownPending = false
    var index = 0
    while index < word.count {
      let (id, length) = token(at: index, in: word)
      if id >= 0 {
        if isUnknownPending, let unknownID { merger.symbols.append(unknownID) }
        isUnknownPending = false
        if id == boundaryID, let last = merger.symbols.last, last != boundaryID {
          finish(&merger, into: &ids)
        }
        merger.symbols.append(id)
      } else if !appendBytes(of: word.extracting(index..<index + length), to: &merger.symbols) {
        if isUnknownPending, !fusesUnknown, let unknownID { merger.symbols.append(unknownID) }
        isUnknownPending = true
      }
      index += length
    }
    if isUnknownPending, let unknownID { merger.symbols.append(unknownID) }
    finish(&merger, into: &ids)
  }

  func bytes(of id: Int32) -> [UInt8]? {
    guard let content = vocabulary.content(of: id) else { return nil }
    if let byte = byteIDs.firstIndex(of: id) { return [UInt8(byte)] }
    return Normalizer.replace(Self.space, with: [0x20], in: content)
  }

  /// Token of a scalar, negative for none, and the scalar's length in bytes.
  @inline(__always)
  private func token(at index: Int, in word: Span<UInt8>) -> (id: Int32, length: Int) {
    if word[index] < 0x80 { return (asciiIDs[Int(word[index])], 1) }
    let (scalar, length) = word.scalar(at: index)
    return (scalarIDs[scalar] ?? -1, length)
  }

  /// Appends the tokens of all bytes; false if one of them has none.
  private func appendBytes(of scalar: Span<UInt8>, to symbols: inout [Int32]) -> Bool {
    for index in scalar.indices where byteIDs[Int(scalar[index])] < 0 { return false }
    for index in scalar.indices { symbols.append(byteIDs[Int(scalar[index])]) }
    return true
  }

  private func finish(_ merger: inout SymbolMerger, into ids: inout [Int32]) {
    merger.merge(by: merges)
    if parts.isEmpty {
      ids.append(contentsOf: merger.symbols)
    } else {
      let start = ids.count
      for id in merger.symbols {
        let parts = parts[id] ?? [id]
        if fusesUnknown, parts == [unknownID], ids.count > start, ids.last == unknownID { continue }
        ids.append(contentsOf: parts)
      }
    }
    merger.symbols.removeAll(keepingCapacity: true)
  }
}

extension SentencePieceBPE {
  /// "▁", which represents the space.
  static let space = Array("\u{2581}".utf8)

  /// Content of the token of a byte, such as `<0x0A>`.
  static func content(ofByte byte: UInt8) -> [UInt8] {
    let digits = String(byte, radix: 16, uppercase: true)
    return Array("<0x\(byte < 16 ? "0" : "")\(digits)>".utf8)
  }

  /// Whether no merge joins a run of this symbol to other text before it.
  private static func isBoundary(_ symbol: [UInt8], _ parameters: BPEParameters) -> Bool {
    parameters.merges.allSatisfy { merge in
      guard let right = parameters.vocabulary.content(of: merge.right), right.starts(with: symbol)
      else { return true }
      return parameters.vocabulary.content(of: merge.left)?.suffix(symbol.count) == symbol[...]
    }
  }

  /// Parts of `scalars`, and of unused tokens: the two tokens of the last merge, split further if
  /// unused.
  private static func parts(
    of unused: [Int32], _ vocabulary: Vocabulary, _ scalarIDs: [Unicode.Scalar: Int32],
    _ merges: MergeTable, _ scalars: [Int32: [Int32]]
  ) -> [Int32: [Int32]] {
    var parts = scalars
    var merger = SymbolMerger()
    let contents = unused.compactMap { id in vocabulary.content(of: id).map { (id, $0) } }
    // Shorter tokens first, as they can be parts of longer ones.
    for (id, content) in contents.sorted(by: { $0.1.count < $1.1.count }) {
      merger.symbols = String(decoding: content, as: UTF8.self).unicodeScalars
        .map { scalarIDs[$0] ?? -1 }
      merger.merge(by: merges, downTo: 2)
      // A token that merges do not produce never occurs.
      guard merger.symbols.count == 2,
        merges.merge(merger.symbols[0], merger.symbols[1]).id == id
      else { continue }
      parts[id] = merger.symbols.flatMap { parts[$0] ?? [$0] }
    }
    return parts
  }
}
