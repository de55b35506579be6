/// Defects in the stored tensors of a compensation.
package enum CompensationError: Error, Equatable, Sendable {
  case missing(String)
  /// Unknown or duplicate tensor.
  case unexpected(String)
  /// Shape that does not match the hidden size, the other tensors or the number of values; nil
  /// means any size.
  case shape(String, rows: Int, columns: Int, expectedRows: Int?, expectedColumns: Int?)
}

extension CompensationError: CustomStringConvertible {
  package var description: String {
    func size(_ number: Int?) -> String { number.map { "\($0)" } ?? "any" }
    switch self {
    case .missing(let name): return "the compensation has no tensor \(name)"
    case .unexpected(let name):
      return "the compensation has an unexpected or duplicate tensor \(name)"
    case .shape(let name, let rows, let columns, let expectedRows, let expectedColumns):
      return """
        the compensation's tensor \(name) is \(rows)×\(columns), or its values do not fit; \
        expected \(size(expectedRows))×\(size(expectedColumns))
        """
    }
  }
}
