/// A token that is looked for in the text itself, before the model sees it.
struct AddedToken: Sendable, Equatable {
  let id: Int32
  let content: [UInt8]
  /// Whether it counts only where no word goes on beside it.
  let isSingleWord: Bool
  /// Whether it takes the white space before it along.
  let stripsLeft: Bool
  /// Whether it takes the white space after it along.
  let stripsRight: Bool
  /// Whether it is looked for in normalized text.
  let isNormalized: Bool
  /// Whether it controls the model, rather than being text.
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
