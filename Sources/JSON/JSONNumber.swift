/// Number kept as written, so that only a conversion to an integer or a double can lose precision.
package struct JSONNumber: Sendable, Equatable {
  /// Text in the grammar of RFC 8259, section 6.
  package let text: String

  init(text: String) { self.text = text }

  package init(_ value: Int) { text = String(value) }

  /// Finite number in the shortest decimal form that reads back exactly.
  package init(_ value: Double) {
    precondition(value.isFinite, "JSON has no number for \(value)")
    let whole = Int(exactly: value)
    text = whole.map(String.init) ?? value.description
  }

  /// Finite number with a fraction or an exponent, so that no reader takes it for an integer.
  package init(fraction value: Double) {
    precondition(value.isFinite, "JSON has no number for \(value)")
    text = value.description
  }

  /// Value of a number written as an integer, if it fits.
  package var int: Int? { text == "-0" ? nil : Int(text) }

  package var double: Double? { Double(text) }
}
