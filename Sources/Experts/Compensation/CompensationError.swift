/// Why tensors are no compensation.
package enum CompensationError: Error, Equatable, Sendable {
  case missing(String)
  /// A tensor that no compensation has, or that is there twice.
  case unexpected(String)
  /// A tensor whose shape does not fit the hidden size and the other tensors, or its values; nil
  /// where any size would.
  case shape(String, rows: Int, columns: Int, expectedRows: Int?, expectedColumns: Int?)
}

extension CompensationError: CustomStringConvertible {
  package var description: String {
    func size(_ number: Int?) -> String { number.map { "\($0)" } ?? "any" }
    switch self {
    case .missing(let name): return "the compensation has no tensor \(name)"
    case .unexpected(let name):
      return "the compensation has an unexpected or second tensor \(name)"
    case .shape(let name, let rows, let columns, let expectedRows, let expectedColumns):
      return """
        the compensation's tensor \(name) is \(rows)×\(columns) or has other values; expected \
        \(size(expectedRows))×\(size(expectedColumns))
        """
    }
  }
}
