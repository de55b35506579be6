import Checkpoints
import DMOE

enum CompleteCheck: Check {
  static let id = "complete"
  static let summary = "The file holds every section that the directory lists."
  static let input: CheckInput? = .completeness

  static func applies(to subject: CheckSubject) -> Bool {
    subject.requiresComplete && subject.checkpoint.container != nil
  }

  static func run(on subject: CheckSubject) throws -> CheckOutcome {
    guard let container = subject.checkpoint.container else { return .skipped("not a container") }
    let experts = container.directory.experts
    return container.isComplete
      ? .passed("all \(experts) experts")
      : .failed("the file was cut: it holds experts 0…\(container.expertsHeld - 1) of \(experts)")
  }
}
