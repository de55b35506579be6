/// Where in which file something is wrong.
package struct GGUFPlace: Sendable, Equatable {
  package let path: String
  package let field: GGUFField
  /// The field's first byte, from the start of the file; nil in a file that is being written.
  package let offset: Int?

  package init(path: String, field: GGUFField, offset: Int?) {
    self.path = path
    self.field = field
    self.offset = offset
  }
}

extension GGUFPlace: CustomStringConvertible {
  package var description: String {
    "\(path): \(field)" + (offset.map { " at byte \($0)" } ?? "")
  }
}
