/// Defects in the stored tensors of a router.
package enum RouterError: Error, Equatable, Sendable {
  case missing(String)
  /// Unknown or duplicate tensor.
  case unexpected(String)
  /// Shape that does not match the tensors before it or the number of values; nil means any size.
  case shape(String, rows: Int, columns: Int, expectedRows: Int?, expectedColumns: Int?)
  /// Tensor with NaN or infinity.
  case notFinite(String)
}

extension RouterError: CustomStringConvertible {
  package var description: String {
    func size(_ number: Int?) -> String { number.map { "\($0)" } ?? "any" }
    switch self {
    case .missing(let name): return "the router has no tensor \(name)"
    case .unexpected(let name): return "the router has an unexpected or duplicate tensor \(name)"
    case .shape(let name, let rows, let columns, let expectedRows, let expectedColumns):
      return """
        the router's tensor \(name) is \(rows)×\(columns), or its values do not fit; \
        expected \(size(expectedRows))×\(size(expectedColumns))
        """
    case .notFinite(let name): return "expected finite numbers in \(name), found NaN or infinity"
    }
  }
}
