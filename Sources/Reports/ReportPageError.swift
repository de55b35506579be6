package import JSON

/// Why no page can be made of a file.
package enum ReportPageError: Error, Equatable, Sendable {
  /// It is not JSON.
  case invalidJSON(path: String, JSONError)
  /// It is JSON, but not a report of ours, or one with a field that is not what it must be.
  case notReport(path: String, JSONFieldError)
}

extension ReportPageError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .invalidJSON(let path, let error): "\(path): expected a report of partition: \(error)"
    case .notReport(let path, let error): "\(path): expected a report of partition: \(error)"
    }
  }
}
