/// A number as it was written: reading it as an integer or a double loses nothing before it must.
package struct JSONNumber: Sendable, Equatable {
  /// The text of the number, valid by the grammar of RFC 8259, section 6.
  package let text: String

  init(text: String) { self.text = text }

  package init(_ value: Int) { text = String(value) }

  /// A finite number, in the shortest decimal that reads back as itself.
  package init(_ value: Double) {
    precondition(value.isFinite, "JSON has no number for \(value)")
    let whole = Int(exactly: value)
    text = whole.map(String.init) ?? value.description
  }

  /// A finite number that no reader takes for a whole one: with a fraction or an exponent.
  package init(fraction value: Double) {
    precondition(value.isFinite, "JSON has no number for \(value)")
    text = value.description
  }

  /// The value of a number written as an integer, if it fits.
  package var int: Int? { text == "-0" ? nil : Int(text) }

  package var double: Double? { Double(text) }
}
