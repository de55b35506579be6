/// Model that encodes a word as tokens.
///
/// Only classes conform: copying a struct for every word would retain each of its tables.
protocol SubwordModel: AnyObject, Sendable {
  /// Name of this kind of model, for people to read.
  static var kind: String { get }
  var vocabulary: Vocabulary { get }

  /// Appends the tokens of a word; `merger` provides reusable memory.
  func encode(_ word: Span<UInt8>, with merger: inout SymbolMerger, into ids: inout [Int32])

  /// Bytes of a token, which its content may represent by other characters.
  func bytes(of id: Int32) -> [UInt8]?
}
