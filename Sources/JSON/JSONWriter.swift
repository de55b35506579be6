/// JSON writer: the same value always gives the same bytes.
package struct JSONWriter {
  /// White space between the tokens of a document.
  package enum Layout: Sendable {
    /// No white space, for file formats.
    case compact
    /// Two spaces per level, for people; arrays of scalars stay on one line.
    case indented
  }

  private let layout: Layout
  private var output: [UInt8] = []

  private init(layout: Layout) { self.layout = layout }

  package static func write(_ value: JSONValue, layout: Layout = .compact) -> [UInt8] {
    var writer = JSONWriter(layout: layout)
    writer.append(value, level: 0)
    return writer.output
  }

  /// Document as text.
  package static func text(_ value: JSONValue, layout: Layout = .compact) -> String {
    String(decoding: write(value, layout: layout), as: UTF8.self)
  }

  private mutating func append(_ value: JSONValue, level: Int) {
    switch value {
    case .null: append("null")
    case .bool(let value): append(value ? "true" : "false")
    case .number(let value): append(value.text)
    case .string(let value): append(quoted: value)
    case .array(let elements): append(elements, level: level)
    case .object(let object): append(object, level: level)
    }
  }

  private mutating func append(_ elements: [JSONValue], level: Int) {
    let flat = elements.allSatisfy { element in
      switch element {
      case .array(let inner): inner.isEmpty
      case .object: false
      default: true
      }
    }
    append("[")
    for (index, element) in elements.enumerated() {
      if index > 0 { append(layout == .indented && flat ? ", " : ",") }
      if !flat { newline(level + 1) }
      append(element, level: level + 1)
    }
    if !flat { newline(level) }
    append("]")
  }

  private mutating func append(_ object: JSONObject, level: Int) {
    append("{")
    for (index, member) in object.members.enumerated() {
      if index > 0 { append(",") }
      newline(level + 1)
      append(quoted: member.name)
      append(layout == .indented ? ": " : ":")
      append(member.value, level: level + 1)
    }
    if !object.members.isEmpty { newline(level) }
    append("}")
  }

  private mutating func newline(_ level: Int) {
    guard layout == .indented else { return }
    append("\n")
    output.append(contentsOf: repeatElement(0x20, count: 2 * level))
  }

  private mutating func append(_ text: String) { output.append(contentsOf: text.utf8) }

  private mutating func append(quoted text: String) {
    append("\"")
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): append("\\\"")
      case UInt8(ascii: "\\"): append("\\\\")
      case 0x0A: append("\\n")
      case 0x0D: append("\\r")
      case 0x09: append("\\t")
      case 0..<0x20, 0x7F:
        let digits = String(byte, radix: 16)
        append("\\u" + String(repeating: "0", count: 4 - digits.count) + digits)
      default: output.append(byte)
      }
    }
    append("\"")
  }
}
