/// Builder of HTML: names of elements and attributes are literals, and everything between them is
/// escaped.
struct HTML {
  typealias Attributes = KeyValuePairs<StaticString, String>

  private(set) var bytes: [UInt8] = []

  /// Writes an element whose content is written by the closure.
  mutating func element(
    _ name: StaticString, _ attributes: Attributes = [:], _ content: (inout HTML) -> Void
  ) {
    open(name, attributes, ending: ">")
    content(&self)
    raw("</" + name.description + ">")
  }

  mutating func element(_ name: StaticString, _ attributes: Attributes, _ text: String) {
    element(name, attributes) { $0.text(text) }
  }

  mutating func element(_ name: StaticString, _ text: String) { element(name, [:], text) }

  /// Writes a void element, which has no content and no end tag: `br`, `meta`.
  mutating func void(_ name: StaticString, _ attributes: Attributes = [:]) {
    open(name, attributes, ending: ">")
  }

  /// Writes an SVG shape without content.
  mutating func shape(_ name: StaticString, _ attributes: Attributes) {
    open(name, attributes, ending: "/>")
  }

  mutating func text(_ text: String) { escape(text) }

  mutating func documentType() { raw("<!DOCTYPE html>\n") }

  /// Writes a line break that only makes the source readable.
  mutating func newline() { raw("\n") }

  /// Writes CSS rules unescaped: literals and numbers, never text from a file.
  mutating func style(_ rules: String) { raw("<style>" + rules + "</style>") }

  private mutating func open(
    _ name: StaticString, _ attributes: Attributes, ending: StaticString
  ) {
    raw("<" + name.description)
    for (name, value) in attributes {
      raw(" " + name.description + "=\"")
      escape(value)
      raw("\"")
    }
    raw(ending.description)
  }

  private mutating func raw(_ text: String) { bytes.append(contentsOf: text.utf8) }

  private mutating func escape(_ text: String) {
    for byte in HumanText.visible(text).utf8 {
      switch byte {
      case UInt8(ascii: "&"): raw("&amp;")
      case UInt8(ascii: "<"): raw("&lt;")
      case UInt8(ascii: ">"): raw("&gt;")
      case UInt8(ascii: "\""): raw("&quot;")
      case UInt8(ascii: "'"): raw("&#39;")
      default: bytes.append(byte)
      }
    }
  }
}
