/// What makes the tokens of a word.
///
/// Classes alone, because a copy for every word would count a reference for each of their tables.
protocol SubwordModel: AnyObject, Sendable {
  /// What kind of model it is, for people to read.
  static var kind: String { get }
  var vocabulary: Vocabulary { get }

  /// Appends the tokens of a word; `merger` lends its memory to those that need it.
  func encode(_ word: Span<UInt8>, with merger: inout SymbolMerger, into ids: inout [Int32])

  /// What a token stands for, which its content may write with other characters.
  func bytes(of id: Int32) -> [UInt8]?
}
