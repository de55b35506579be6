package import Calibration
package import Checkpoints
package import Kernels
package import Work

/// What a check found.
package struct CheckOutcome: Sendable, Equatable {
  package enum Status: String, Sendable {
    case passed
    case failed
    /// The check does not apply, and says why.
    case skipped
  }

  package let status: Status
  package let detail: String

  static func passed(_ detail: String) -> CheckOutcome { .init(status: .passed, detail: detail) }
  static func failed(_ detail: String) -> CheckOutcome { .init(status: .failed, detail: detail) }
  static func skipped(_ detail: String) -> CheckOutcome { .init(status: .skipped, detail: detail) }
}

/// What the checks look at.
package struct CheckSubject: Sendable {
  package let checkpoint: Checkpoint
  /// The dense checkpoint that a container is held against, or the container that a dense checkpoint
  /// came from; nil for none.
  package let source: Checkpoint?
  /// What the full expert and the dense model are run on; nil for nothing.
  package let text: TextRequest?
  /// Whether a file that was cut fails.
  package let requiresComplete: Bool
  package let parallel: Parallel
  package let progress: Progress
  package let workspace: Workspace
}

/// One question that `validate` asks of a file.
///
/// Each is a type in a file of its own, named by ``id`` in the output, in the manual and in
/// its test; `detail` says what was looked at or what is wrong and where.
protocol Check: Sendable {
  static var id: String { get }
  /// What is asked, in a sentence for the manual.
  static var summary: String { get }
  /// Whether the check is asked of a file of this kind at all.
  static func applies(to subject: CheckSubject) -> Bool
  static func run(on subject: CheckSubject) throws -> CheckOutcome
}
