/// File, field and offset of an error.
package struct GGUFPosition: Sendable, Equatable {
  package let path: String
  package let field: GGUFField
  /// File offset of the field's first byte; nil in a file that is being written.
  package let offset: Int?

  package init(path: String, field: GGUFField, offset: Int?) {
    self.path = path
    self.field = field
    self.offset = offset
  }
}

extension GGUFPosition: CustomStringConvertible {
  package var description: String {
    "\(path): \(field)" + (offset.map { " at byte \($0)" } ?? "")
  }
}
