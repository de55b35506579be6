/// Order of a tensor's rows and columns in one layout, relative to another.
package struct Arrangement: Sendable, Equatable {
  /// Whether rows become columns; applied first.
  package var isTransposed: Bool
  /// Index of the source row of each row, all or some; nil if all stay.
  package var rows: [Int]?
  /// Number added to each element.
  package var offset: Float

  package static let unchanged = Arrangement()

  package init(isTransposed: Bool = false, rows: [Int]? = nil, offset: Float = 0) {
    self.isTransposed = isTransposed
    self.rows = rows
    self.offset = offset
  }
}
