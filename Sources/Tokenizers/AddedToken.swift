/// Token that is matched in the text itself, before the model sees it.
struct AddedToken: Sendable, Equatable {
  let id: Int32
  let content: [UInt8]
  /// Whether it matches only if no word character is next to it.
  let isSingleWord: Bool
  /// Whether a match includes the white space before it.
  let stripsLeft: Bool
  /// Whether a match includes the white space after it.
  let stripsRight: Bool
  /// Whether it is matched in normalised text.
  let isNormalized: Bool
  /// Whether it controls the model and is not text.
  let isSpecial: Bool
}

extension AddedToken {
  init(_ node: JSONNode) throws(TokenizerError) {
    let text = try node.required("content").string()
    let number = try node.required("id")
    content = Array(text.utf8)
    id = try Vocabulary.id(number.value, of: text, path: number.path)
    isSingleWord = try node.flag("single_word", default: false)
    stripsLeft = try node.flag("lstrip", default: false)
    stripsRight = try node.flag("rstrip", default: false)
    isNormalized = try node.flag("normalized", default: false)
    isSpecial = try node.flag("special", default: false)
  }
}
