package import JSON

/// Error that prevents making a page from a file.
package enum ReportPageError: Error, Equatable, Sendable {
  /// File that is not JSON.
  case invalidJSON(path: String, JSONError)
  /// JSON that is not a dynamoe report, or a report with an invalid field.
  case notReport(path: String, JSONFieldError)
}

extension ReportPageError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .invalidJSON(let path, let error):
      "\(path): expected a report of a conversion: \(error)"
    case .notReport(let path, let error): "\(path): expected a report of a conversion: \(error)"
    }
  }
}
