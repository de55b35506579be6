import Checks

extension Advice {
  /// The detail of an outcome, with the option that gives the input it lacks.
  static func detail(of outcome: CheckOutcome) -> String {
    outcome.detail + (outcome.missing.map { " (\(option(for: $0)))" } ?? "")
  }

  /// The summary of a check, with the option that the check needs.
  static func summary(of check: String, for input: CheckInput?) -> String {
    guard let input else { return check }
    let file =
      switch input {
      case .container: " FILE.dmoe"
      case .source, .base, .text, .completeness: ""
      }
    return "With \(option(for: input))\(file): \(check.prefix(1).lowercased())\(check.dropFirst())"
  }

  private static func option(for input: CheckInput) -> String {
    switch input {
    case .source, .container: "--against"
    case .base: "--base"
    case .text: "--text"
    case .completeness: "--require-complete"
    }
  }
}
