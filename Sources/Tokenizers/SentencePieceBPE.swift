/// A byte pair encoding over Unicode scalars, as SentencePiece trains it: "▁" is the space, and a
/// scalar without a token becomes the tokens of its bytes, `<0x00>` to `<0xFF>`.
final class SentencePieceBPE: SubwordModel {
  static let kind = "SentencePiece BPE"

  let vocabulary: Vocabulary
  private let merges: MergeTable
  /// The tokens of single scalars; those of ASCII apart, because most text needs no more.
  private let asciiIDs: [Int32]
  private let scalarIDs: [Unicode.Scalar: Int32]
  /// The token of each byte; negative for a byte that has none.
  private let byteIDs: [Int32]
  private let unknownID: Int32?
  private let fusesUnknown: Bool
  private let ignoresMerges: Bool
  /// The token of a space if no merge reaches from what is before spaces into them, else negative.
  ///
  /// Text may then be cut before runs of spaces without changing its tokens. This matters, because
  /// such tokenizers have no words: a whole text would go through the queue of merges.
  private let boundaryID: Int32
  /// What the tokens that may not be used stand for.
  private let parts: [Int32: [Int32]]

  /// A model whose `unused` tokens are steps to longer ones, but are cut again where they remain.
  ///
  /// Without bytes, a scalar that has no token is unknown.
  init(
    _ parameters: BPEParameters, usesBytes: Bool = true, unused: [Int32] = []
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
    self.scalarIDs = scalarIDs
    asciiIDs = (0..<0x80).map { scalarIDs[Unicode.Scalar(UInt8($0))] ?? -1 }
    byteIDs = (0...UInt8.max).map { [vocabulary] byte in
      usesBytes ? vocabulary.id(of: Self.content(ofByte: byte)) ?? -1 : -1
    }
    unknownID = parameters.unknownID
    fusesUnknown = parameters.fusesUnknown
    ignoresMerges = parameters.ignoresMerges
    boundaryID =
      Self.isBoundary(Self.space, parameters) ? scalarIDs["\u{2581}"] ?? -1 : -1
    parts = Self.parts(of: unused, vocabulary, scalarIDs, merges)
    try parameters.requireUnknown(if: byteIDs.contains { $0 < 0 })
  }

  func encode(_ word: Span<UInt8>, with merger: inout SymbolMerger, into ids: inout [Int32]) {
    if ignoresMerges, let id = vocabulary.id(of: word.indices.map { word[$0] }) {
      ids.append(id)
      return
    }
    merger.symbols.removeAll(keepingCapacity: true)
    // An unknown symbol waits for the next symbol that is not bytes, as the library has it.
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

  /// The token of a scalar, negative if it has none, and the scalar's length in bytes.
  @inline(__always)
  private func token(at index: Int, in word: Span<UInt8>) -> (id: Int32, length: Int) {
    if word[index] < 0x80 { return (asciiIDs[Int(word[index])], 1) }
    let (scalar, length) = word.scalar(at: index)
    return (scalarIDs[scalar] ?? -1, length)
  }

  /// Appends the tokens of all the bytes, if all have one.
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
      for id in merger.symbols { ids.append(contentsOf: parts[id] ?? [id]) }
    }
    merger.symbols.removeAll(keepingCapacity: true)
  }
}

extension SentencePieceBPE {
  /// "▁", which stands for the space.
  static let space = Array("\u{2581}".utf8)

  /// The content of the token of a byte, as `<0x0A>`.
  static func content(ofByte byte: UInt8) -> [UInt8] {
    let digits = String(byte, radix: 16, uppercase: true)
    return Array("<0x\(byte < 16 ? "0" : "")\(digits)>".utf8)
  }

  /// Whether no merge joins something to a run of these symbols after it.
  private static func isBoundary(_ symbol: [UInt8], _ parameters: BPEParameters) -> Bool {
    parameters.merges.allSatisfy { merge in
      guard let right = parameters.vocabulary.content(of: merge.right), right.starts(with: symbol)
      else { return true }
      return parameters.vocabulary.content(of: merge.left)?.suffix(symbol.count) == symbol[...]
    }
  }

  /// The tokens that unused ones are made of: the two that the last merge joins, cut as well if
  /// they are unused.
  private static func parts(
    of unused: [Int32], _ vocabulary: Vocabulary, _ scalarIDs: [Unicode.Scalar: Int32],
    _ merges: MergeTable
  ) -> [Int32: [Int32]] {
    var parts: [Int32: [Int32]] = [:]
    var merger = SymbolMerger()
    let contents = unused.compactMap { id in vocabulary.content(of: id).map { (id, $0) } }
    // The shorter ones first, of which the longer are made.
    for (id, content) in contents.sorted(by: { $0.1.count < $1.1.count }) {
      merger.symbols = String(decoding: content, as: UTF8.self).unicodeScalars
        .map { scalarIDs[$0] ?? -1 }
      merger.merge(by: merges, downTo: 2)
      // One that merges do not lead to is never met.
      guard merger.symbols.count == 2,
        merges.merge(merger.symbols[0], merger.symbols[1]).id == id
      else { continue }
      parts[id] = merger.symbols.flatMap { parts[$0] ?? [$0] }
    }
    return parts
  }
}
