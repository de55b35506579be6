import JSON
import Testing

/// A tokenizer of a few tokens, with replaceable parts.
struct SmallTokenizer {
  var parts: JSONObject
  var model: JSONObject

  init() {
    model = JSONObject()
    model["type"] = "BPE"
    model["vocab"] = ["a": 0, "b": 1, "c": 2, "Ġ": 3, "ab": 4, "abc": 5, "Ġab": 6, "Ã": 7, "©": 8]
    model["merges"] = ["a b", ["ab", "c"], "Ġ ab"]
    parts = JSONObject()
    parts["version"] = "1.0"
    parts["added_tokens"] = [SmallTokenizer.added("<s>", 9, special: true)]
    parts["pre_tokenizer"] = ["type": "ByteLevel", "add_prefix_space": false]
  }

  var json: [UInt8] {
    var document = parts
    if document["model"] == nil { document["model"] = .object(model) }
    return JSONWriter.write(.object(document))
  }

  static func added(
    _ content: String, _ id: Int, special: Bool = false, _ flags: String...
  ) -> JSONValue {
    var token = JSONObject()
    token["id"] = .int(id)
    token["content"] = .string(content)
    token["special"] = .bool(special)
    for flag in flags { token[flag] = true }
    return .object(token)
  }

  /// A copy with one part replaced, or removed if nil.
  func with(_ part: String, _ value: JSONValue?) -> SmallTokenizer {
    var copy = self
    copy.parts[part] = value
    return copy
  }

  /// A copy with one member of the model replaced, or removed if nil.
  func withModel(_ member: String, _ value: JSONValue?) -> SmallTokenizer {
    var copy = self
    copy.model[member] = value
    return copy
  }
}

// Short test description: the default would print every member of every part.
extension SmallTokenizer: CustomTestStringConvertible {
  var testDescription: String { "a small tokenizer" }
}
extension JSONValue: CustomTestStringConvertible {
  package var testDescription: String { JSONWriter.text(self) }
}
