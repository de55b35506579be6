package import Calibration
package import Checkpoints
import Kernels
package import Work

/// Input that a check needs and that may be absent.
package enum CheckInput: Sendable {
  /// The dense checkpoint that a container was made from.
  case source
  /// The container that a dense checkpoint was exported from.
  case container
  /// The checkpoint with the weights of an overlay.
  case base
  case text
  /// The demand that a container holds all its experts.
  case completeness
}

/// Result of a check.
package struct CheckOutcome: Sendable, Equatable {
  package enum Status: String, Sendable {
    case passed
    case failed
    /// The check does not apply; the detail says why.
    case skipped
  }

  package let status: Status
  package let detail: String
  /// Missing input that skipped the check; nil if it was skipped for another reason, or run.
  package var missing: CheckInput?
  /// Whether the check was skipped because the file, though it may be sound, is not supported.
  package var isUnsupported = false

  static func passed(_ detail: String) -> CheckOutcome { .init(status: .passed, detail: detail) }
  static func failed(_ detail: String) -> CheckOutcome { .init(status: .failed, detail: detail) }
  static func skipped(_ detail: String, missing: CheckInput? = nil) -> CheckOutcome {
    .init(status: .skipped, detail: detail, missing: missing)
  }
  static func unsupported(_ detail: String) -> CheckOutcome {
    .init(status: .skipped, detail: detail, isUnsupported: true)
  }
}

/// Inputs of the checks.
package struct CheckSubject: Sendable {
  package let checkpoint: Checkpoint
  /// The dense checkpoint to compare a container with, or the container that an export was made
  /// from; nil for no comparison.
  package let source: Checkpoint?
  /// Text for comparing the full expert with the dense model; nil skips it.
  package let text: TextRequest?
  /// Whether a truncated file fails.
  package let requiresComplete: Bool
  package let context: Context
}

/// A single check of `validate`.
///
/// Each is a type in its own file, named after its ``id``, which also identifies it in the output,
/// the manual and its test. The detail names the checked items, or the error and its location.
protocol Check: Sendable {
  static var id: String { get }
  /// One sentence for the manual.
  static var summary: String { get }
  /// Optional input without which the check does not run; nil by default.
  static var input: CheckInput? { get }
  /// Whether the check applies to files of this kind.
  static func applies(to subject: CheckSubject) -> Bool
  static func run(on subject: CheckSubject) throws -> CheckOutcome
}

extension Check {
  static var input: CheckInput? { nil }
}
