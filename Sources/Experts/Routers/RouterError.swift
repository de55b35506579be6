/// Why tensors are no router.
package enum RouterError: Error, Equatable, Sendable {
  case missing(String)
  /// A tensor that no router of the kind has, or that is there twice.
  case unexpected(String)
  /// A tensor whose shape does not fit those before it, or its values; nil where any size would.
  case shape(String, rows: Int, columns: Int, expectedRows: Int?, expectedColumns: Int?)
  /// A tensor with NaN or infinity.
  case notFinite(String)
}

extension RouterError: CustomStringConvertible {
  package var description: String {
    func size(_ number: Int?) -> String { number.map { "\($0)" } ?? "any" }
    switch self {
    case .missing(let name): return "the router has no tensor \(name)"
    case .unexpected(let name): return "the router has an unexpected or second tensor \(name)"
    case .shape(let name, let rows, let columns, let expectedRows, let expectedColumns):
      return """
        the router's tensor \(name) is \(rows)×\(columns) or has other values; expected \
        \(size(expectedRows))×\(size(expectedColumns))
        """
    case .notFinite(let name): return "expected finite numbers in \(name), found others"
    }
  }
}
