/// Cut of tokens into consecutive windows.
package struct WindowCut: Sendable {
  /// Maximum number of positions of a window.
  package let context: Int
  /// First token of every window; nil for none.
  package let beginningToken: Int?

  package init(context: Int, beginningToken: Int?) {
    self.context = context
    self.beginningToken = beginningToken
  }

  /// Number of positions of a window before its text.
  package var positionsBeforeText: Int { beginningToken == nil ? 0 : 1 }

  /// Number of text tokens in a full window.
  package var textTokens: Int { max(context - positionsBeforeText, 1) }

  /// All windows; the last may be short.
  package func windows(of tokens: ArraySlice<Int>) -> [[Int]] {
    let beginning = beginningToken.map { [$0] } ?? []
    return stride(from: tokens.startIndex, to: tokens.endIndex, by: textTokens)
      .map { beginning + tokens[$0..<min($0 + textTokens, tokens.endIndex)] }
  }
}
