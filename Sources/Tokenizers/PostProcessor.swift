/// Special tokens that a post-processor adds before and after an encoded text.
enum PostProcessor {
  /// Id of the special token before a text; nil for none.
  static func leadingToken(
    _ node: JSONNode, id: (String) -> Int32?
  ) throws(TokenizerError) -> Int32? {
    let type = try node.type()
    switch type {
    case "ByteLevel": return nil
    case "TemplateProcessing":
      guard let first = try node.required("single").elements().first,
        let special = try first.optional("SpecialToken")
      else { return nil }
      return try known(special.required("id"), id)
    case "BertProcessing", "RobertaProcessing":
      guard let content = try node.required("cls").elements().first else {
        throw .missing(path: "\(node.path).cls[0]")
      }
      return try known(content, id)
    case "Sequence":
      // Each processor wraps the output of the one before it, so the last is outermost.
      var leading: Int32?
      for element in try node.required("processors").elements() {
        leading = try leadingToken(element, id: id) ?? leading
      }
      return leading
    default: throw .unsupported(path: node.path, found: "the post-processor \"\(type)\"")
    }
  }

  /// Id of the special token after a text; nil for none.
  static func trailingToken(
    _ node: JSONNode, id: (String) -> Int32?
  ) throws(TokenizerError) -> Int32? {
    switch try node.type() {
    case "TemplateProcessing":
      guard let last = try node.required("single").elements().last,
        let special = try last.optional("SpecialToken")
      else { return nil }
      return try known(special.required("id"), id)
    case "BertProcessing", "RobertaProcessing":
      guard let content = try node.required("sep").elements().first else {
        throw .missing(path: "\(node.path).sep[0]")
      }
      return try known(content, id)
    case "Sequence":
      var trailing: Int32?
      for element in try node.required("processors").elements() {
        trailing = try trailingToken(element, id: id) ?? trailing
      }
      return trailing
    default: return nil
    }
  }

  private static func known(
    _ node: JSONNode, _ id: (String) -> Int32?
  ) throws(TokenizerError) -> Int32 {
    let content = try node.string()
    guard let id = id(content) else { throw .unknownToken(path: node.path, token: content) }
    return id
  }
}
