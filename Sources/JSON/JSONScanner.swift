/// Strict reader of one JSON document (RFC 8259).
///
/// Keeps the order of members; rejects duplicate keys, which parsers resolve differently; keeps
/// numbers as text, so that 64-bit offsets stay exact.
package struct JSONScanner {
  /// Greatest depth; deeper documents are rejected before they can exhaust the stack.
  ///
  /// The reference readers of safetensors and of tokenizers stop at the same depth.
  package static let nestingLimit = 127

  /// Departures from RFC 8259 that are accepted.
  package enum Dialect: Sendable {
    case strict
    /// Those of Python's `json`, which writes most configurations: `NaN` and `Infinity` are
    /// numbers, and of several members of a name the last counts.
    case python
  }

  let bytes: [UInt8]
  var position = 0
  private var depth = 0
  private let dialect: Dialect

  private init(_ bytes: [UInt8], _ dialect: Dialect) {
    self.bytes = bytes
    self.dialect = dialect
  }

  /// Reads a whole document; only white space may surround it.
  package static func scan(
    _ bytes: [UInt8], as dialect: Dialect = .strict
  ) throws(JSONError) -> JSONValue {
    var scanner = JSONScanner(bytes, dialect)
    let value = try scanner.value()
    scanner.skipWhitespace()
    guard scanner.position == bytes.count else {
      throw JSONError(.trailingBytes, at: scanner.position)
    }
    return value
  }

  private mutating func skipWhitespace() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      default: return
      }
    }
  }

  func peek() throws(JSONError) -> UInt8 {
    guard position < bytes.count else { throw JSONError(.unexpectedEnd, at: position) }
    return bytes[position]
  }

  private mutating func value() throws(JSONError) -> JSONValue {
    skipWhitespace()
    let byte = try peek()
    switch byte {
    case UInt8(ascii: "{"):
      return .object(try nested { scanner throws(JSONError) in try scanner.object() })
    case UInt8(ascii: "["):
      return .array(try nested { scanner throws(JSONError) in try scanner.array() })
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try literal("true", .bool(true))
    case UInt8(ascii: "f"): return try literal("false", .bool(false))
    case UInt8(ascii: "n"): return try literal("null", .null)
    case UInt8(ascii: "N"), UInt8(ascii: "I"), UInt8(ascii: "-"):
      if dialect == .python, let number = notFinite() { return .number(number) }
      guard byte == UInt8(ascii: "-") else {
        throw JSONError(.unexpectedByte(byte, expected: "a value"), at: position)
      }
      return .number(try number())
    case UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number())
    default: throw JSONError(.unexpectedByte(byte, expected: "a value"), at: position)
    }
  }

  private mutating func nested<Value>(
    _ body: (inout JSONScanner) throws(JSONError) -> Value
  ) throws(JSONError) -> Value {
    guard depth < Self.nestingLimit else {
      throw JSONError(.nestedTooDeeply(limit: Self.nestingLimit), at: position)
    }
    depth += 1
    position += 1
    defer { depth -= 1 }
    return try body(&self)
  }

  private mutating func literal(
    _ word: StaticString, _ value: JSONValue
  ) throws(JSONError) -> JSONValue {
    for byte in word.description.utf8 {
      let found = try peek()
      guard found == byte else {
        throw JSONError(.unexpectedByte(found, expected: "\"\(word)\""), at: position)
      }
      position += 1
    }
    return value
  }

  /// Reads the byte after an element: true for a comma, false for the closing byte.
  private mutating func continues(closing: UInt8) throws(JSONError) -> Bool {
    skipWhitespace()
    let byte = try peek()
    guard byte == UInt8(ascii: ",") || byte == closing else {
      let end = Character(Unicode.Scalar(closing))
      throw JSONError(.unexpectedByte(byte, expected: "\",\" or \"\(end)\""), at: position)
    }
    position += 1
    return byte != closing
  }

  private mutating func array() throws(JSONError) -> [JSONValue] {
    var elements: [JSONValue] = []
    skipWhitespace()
    if try peek() == UInt8(ascii: "]") {
      position += 1
      return elements
    }
    repeat {
      elements.append(try value())
    } while try continues(closing: UInt8(ascii: "]"))
    return elements
  }

  private mutating func object() throws(JSONError) -> JSONObject {
    var members: [JSONObject.Member] = []
    var indices: [JSONKey: Int] = [:]
    skipWhitespace()
    if try peek() == UInt8(ascii: "}") {
      position += 1
      return JSONObject()
    }
    repeat {
      skipWhitespace()
      let start = position
      let byte = try peek()
      guard byte == UInt8(ascii: "\"") else {
        throw JSONError(.unexpectedByte(byte, expected: "a key in quotes"), at: position)
      }
      let name = try string()
      let earlier = indices.updateValue(indices.count, forKey: JSONKey(name: name))
      guard earlier == nil || dialect == .python else {
        throw JSONError(.duplicateKey(name), at: start)
      }
      skipWhitespace()
      let colon = try peek()
      guard colon == UInt8(ascii: ":") else {
        throw JSONError(.unexpectedByte(colon, expected: "\":\""), at: position)
      }
      position += 1
      let member = JSONObject.Member(name: name, value: try value())
      if let earlier {
        indices[JSONKey(name: name)] = earlier
        members[earlier] = member
      } else {
        members.append(member)
      }
    } while try continues(closing: UInt8(ascii: "}"))
    return JSONObject(members)
  }
}
