/// The name of a tensor: identified and ordered by its bytes.
///
/// Two names that only look alike, such as a composed and a decomposed "é", are two tensors.
package struct TensorName: Sendable, Hashable, Comparable, ExpressibleByStringLiteral,
  CustomStringConvertible
{
  package let text: String

  package init(_ text: String) { self.text = text }
  package init(stringLiteral value: String) { text = value }

  package var description: String { text }

  package static func == (lhs: TensorName, rhs: TensorName) -> Bool {
    lhs.text.utf8.elementsEqual(rhs.text.utf8)
  }

  package static func < (lhs: TensorName, rhs: TensorName) -> Bool {
    lhs.text.utf8.lexicographicallyPrecedes(rhs.text.utf8)
  }

  package func hash(into hasher: inout Hasher) {
    for byte in text.utf8 { hasher.combine(byte) }
  }
}
