/// Reason for rejecting a JSON text, and its byte offset.
package struct JSONError: Error, Equatable, Sendable {
  package enum Reason: Equatable, Sendable {
    /// The text ended inside a value.
    case unexpectedEnd
    /// A byte that is not allowed here; `expected` names the alternatives.
    case unexpectedByte(UInt8, expected: String)
    /// Something other than white space follows the document.
    case trailingBytes
    /// An object names the same member twice.
    case duplicateKey(String)
    /// A string holds bytes that are not UTF-8.
    case invalidUTF8
    /// A string holds a control character that must be escaped.
    case controlCharacter(UInt8)
    /// An escape that RFC 8259 does not define, or half of a surrogate pair.
    case invalidEscape
    /// A number outside the grammar, such as `01` or `1.`.
    case invalidNumber
    /// More levels of nesting than any format here uses.
    case nestedTooDeeply(limit: Int)
  }

  package let reason: Reason
  /// Byte offset of the error.
  package let offset: Int

  package init(_ reason: Reason, at offset: Int) {
    self.reason = reason
    self.offset = offset
  }
}

extension JSONError: CustomStringConvertible {
  package var description: String {
    let what =
      switch reason {
      case .unexpectedEnd: "the text ends inside a value"
      case .unexpectedByte(let byte, let expected):
        "expected \(expected), found byte 0x\(String(byte, radix: 16))"
      case .trailingBytes: "extra bytes follow the document"
      case .duplicateKey(let key): "duplicate key \(JSONWriter.text(.string(key)))"
      case .invalidUTF8: "a string is not UTF-8"
      case .controlCharacter(let byte):
        "unescaped control character 0x\(String(byte, radix: 16)) in a string"
      case .invalidEscape: "invalid escape in a string"
      case .invalidNumber: "invalid number"
      case .nestedTooDeeply(let limit): "nested more than \(limit) levels deep"
      }
    return "invalid JSON at byte \(offset): \(what)"
  }
}
