/// Byte pair encoding over bytes, which the vocabulary represents by ``ByteAlphabet``.
final class ByteLevelBPE: SubwordModel {
  static let kind = "byte-level BPE"

  let vocabulary: Vocabulary
  private let merges: MergeTable
  /// Token of each byte; negative for none.
  private let byteIDs: [Int32]
  private let unknownID: Int32?
  private let fusesUnknown: Bool
  private let ignoresMerges: Bool
  /// Whether bytes that are dropped keep those around them apart, as in llama.cpp.
  private let partsAtDropped: Bool

  init(_ parameters: BPEParameters, partsAtDropped: Bool = false) throws(TokenizerError) {
    let vocabulary = parameters.vocabulary
    self.vocabulary = vocabulary
    merges = MergeTable(parameters.merges)
    byteIDs = (0...UInt8.max).map { byte in
      let word = [byte]
      return vocabulary.id(of: ByteAlphabet.content(of: word.span)) ?? -1
    }
    unknownID = parameters.unknownID
    fusesUnknown = parameters.fusesUnknown
    ignoresMerges = parameters.ignoresMerges
    self.partsAtDropped = partsAtDropped
    try parameters.requireUnknown(if: byteIDs.contains { $0 < 0 })
  }

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
      } else if partsAtDropped, id < 0 {
        finish(&merger, into: &ids)
      }
      followsUnknown = id < 0
    }
    finish(&merger, into: &ids)
  }

  private func finish(_ merger: inout SymbolMerger, into ids: inout [Int32]) {
    merger.merge(by: merges)
    ids.append(contentsOf: merger.symbols)
    merger.symbols.removeAll(keepingCapacity: true)
  }

  func bytes(of id: Int32) -> [UInt8]? {
    vocabulary.content(of: id).map { ByteAlphabet.decode($0) ?? $0 }
  }
}
