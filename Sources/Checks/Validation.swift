package import Calibration
package import Checkpoints
import DMOE
import Kernels
import Safetensors
package import Work

/// Results of the checks of a file.
package struct Validation: Sendable {
  package struct Result: Sendable {
    package let id: String
    package let outcome: CheckOutcome
  }

  package let results: [Result]
  /// False for a truncated `.dmoe`.
  package let isComplete: Bool

  /// Error that tells why the model could not be checked; nil if the model is supported.
  private let unsupported: (any Error)?

  package enum Verdict {
    case valid
    case invalid
    /// No check failed, but the model could not be checked, because it is not supported.
    case unsupported(any Error)
  }

  package var verdict: Verdict {
    if results.contains(where: { $0.outcome.status == .failed }) { return .invalid }
    return unsupported.map(Verdict.unsupported) ?? .valid
  }

  package var isValid: Bool { if case .valid = verdict { true } else { false } }

  /// In order of execution: cheap checks, and those that others rely on, come first.
  private static let checks: [any Check.Type] = [
    CompleteCheck.self, ConfigurationCheck.self, TokenizerCheck.self, WidthsCheck.self,
    RoutingCheck.self, ReportCheck.self, CalibrationCheck.self, ChecksumsCheck.self,
    PermutationCheck.self,
    FiniteCheck.self, DigestsCheck.self, SourceCheck.self, RoutedFolderCheck.self, ExportCheck.self,
    GGUFCheck.self,
    FunctionCheck.self,
  ]

  /// Identifiers, summaries and inputs of all checks, for the manual; opening the file is the first.
  package static var catalogue: [(id: String, summary: String, input: CheckInput?)] {
    [(structureID, "The file, or every file of the folder, follows all rules of its format.", nil)]
      + checks.map { ($0.id, $0.summary, $0.input) }
  }

  package static let structureID = "structure"

  /// Runs all applicable checks on an open file.
  package init(
    _ checkpoint: Checkpoint, against source: Checkpoint?, text: TextRequest? = nil,
    requiresComplete: Bool = false, _ context: Context
  ) {
    let subject = CheckSubject(
      checkpoint: checkpoint, source: source, text: text, requiresComplete: requiresComplete,
      context: context)
    var results = [
      Result(id: Self.structureID, outcome: .passed(Self.structure(of: checkpoint)))
    ]
    var unsupported: (any Error)?
    for check in Self.checks where check.applies(to: subject) {
      let outcome: CheckOutcome
      do {
        outcome = try check.run(on: subject)
      } catch let error as ModelError where error.isUnsupported {
        unsupported = unsupported ?? error
        outcome = .unsupported("\(error)")
      } catch {
        outcome = .failed("\(error)")
      }
      results.append(Result(id: check.id, outcome: outcome))
    }
    self.results = results
    self.unsupported = unsupported
    isComplete = checkpoint.container?.isComplete ?? true
  }

  /// Result for a file that cannot be opened.
  package init(unopened error: any Error) {
    results = [Result(id: Self.structureID, outcome: .failed("\(error)"))]
    unsupported = nil
    isComplete = false
  }

  private static func structure(of checkpoint: Checkpoint) -> String {
    switch checkpoint.storage {
    case .dense(let storage):
      let files = storage.files.count
      let format = storage.format == .gguf ? "GGUF" : "safetensors"
      return "\(checkpoint.tensors.count) tensors in "
        + (files == 1 ? "one \(format) file" : "\(files) \(format) files")
        + checkpoint.notes.map { "; \($0)" }.joined()
    case .container(let reader), .overlay(let reader, _):
      let experts = reader.directory.experts
      guard reader.isComplete else {
        return "holds experts 0…\(reader.expertsHeld - 1) of \(experts)"
      }
      if reader.directory.isPart {
        return "\(experts) experts, complete, without the full expert"
      }
      return "\(experts) experts, complete"
        + (reader.directory.isOverlay ? ", an overlay without weights" : "")
    }
  }
}
