import JSON

/// JSON value with its path in the document, so that errors can name it.
struct JSONNode {
  let value: JSONValue
  let path: String

  /// Optional member; null counts as absent.
  func optional(_ name: String) throws(TokenizerError) -> JSONNode? {
    guard let member = try object()[name], !member.isNull else { return nil }
    return JSONNode(value: member, path: path(of: name))
  }

  func required(_ name: String) throws(TokenizerError) -> JSONNode {
    guard let member = try optional(name) else { throw .missing(path: path(of: name)) }
    return member
  }

  func object() throws(TokenizerError) -> JSONObject {
    guard let object = value.object else { throw wrongType("an object") }
    return object
  }

  func string() throws(TokenizerError) -> String {
    guard let string = value.string else { throw wrongType("a string") }
    return string
  }

  func bool() throws(TokenizerError) -> Bool {
    guard let bool = value.bool else { throw wrongType("a boolean") }
    return bool
  }

  func elements() throws(TokenizerError) -> [JSONNode] {
    guard let elements = value.array else { throw wrongType("an array") }
    return elements.enumerated().map { JSONNode(value: $1, path: "\(path)[\($0)]") }
  }

  /// `type` member, which names the variant of a part of the pipeline.
  func type() throws(TokenizerError) -> String { try required("type").string() }

  func flag(_ name: String, default fallback: Bool) throws(TokenizerError) -> Bool {
    try optional(name)?.bool() ?? fallback
  }

  func wrongType(_ expected: String) -> TokenizerError {
    .wrongType(path: path.isEmpty ? "the document" : path, expected: expected, found: value.kind)
  }

  private func path(of name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }
}
