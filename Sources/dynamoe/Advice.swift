import ByteIO
import Calibration
import Checkpoints
import Containers
import Evaluation
import Experts
import Forms
import Pipelines
import Reports
import Tokenizers

/// Advice on errors, by commands and options of the command line, which no other target knows.
///
/// Each function switches over all cases, so that a new case needs a decision here.
enum Advice {
  static let outOfMemory: StaticString =
    "dynamoe: out of memory; provide more, or lower --memory and --threads\n"

  /// The message of an error and the advice about it, in one line.
  static func message(of error: any Error) -> String {
    "\(error)" + (line(for: error).map { "; \($0)" } ?? "")
  }

  /// The advice about the deepest cause of an error; nil if there is none.
  static func line(for error: any Error) -> String? {
    var root = error
    while let cause = (root as? any CausedError)?.cause { root = cause }
    return switch root {
    case let error as FileError: advice(for: error)
    case let error as ModelError: advice(for: error)
    case let error as CalibrationError: advice(for: error)
    case let error as ContainerError: advice(for: error)
    case let error as PlanError: advice(for: error)
    case let error as EvaluationError: advice(for: error)
    case let error as FormError: advice(for: error)
    case let error as PipelineError: advice(for: error)
    case let error as ReportPageError: advice(for: error)
    default: nil
    }
  }

  private static let tokens = "give token ids made elsewhere (--tokens FILE)"

  private static func advice(for error: FileError) -> String? {
    switch error {
    case .exists: "use --force to replace it"
    case .changed: "run again"
    case .begunOtherwise(_, let what, _, _):
      "give the same options and inputs"
        + (Partition.Condition(rawValue: what).flatMap(option(for:)).map { " (\($0))" } ?? "")
        + ", or remove it to start over"
    // Their messages need no advice.
    case .missing, .unreadable, .notRegular, .pastEnd, .sameFile, .cannotCreate, .noMemory,
      .noSpace, .spoilt, .cannotWrite:
      nil
    }
  }

  private static func advice(for error: ModelError) -> String? {
    switch error {
    case .tokenizer(_, _, let error): advice(for: error)
    case .noBase: "give it with --base MODEL"
    case .notOverlay: "leave out --base"
    case .routedFolder:
      "use the .dmoe that it was exported from, or convert it with: dynamoe import"
    case .noTokenizer: tokens
    case .notRun:
      "partition it by --importance weights, or by --calibration FILE, recorded with Transformers by "
        + "formats/reference/record_statistics.py; measure its experts where they are exported to"
    case .noBeginningToken: "use --bos never"
    case .unknownFamily:
      "other families of dense decoders can be described (--family, docs/families.md)"
    case .file, .safetensors, .gguf, .container, .tensor, .noConfiguration, .configurationText,
      .configuration, .metadata, .unsupported, .missingTensor, .otherBase, .shape,
      .elementType, .notFinite, .overflow, .infinitePerplexity, .tokenOutOfRange, .windowTooLong,
      .unknownArchitecture, .pointer:
      nil
    }
  }

  private static func advice(for error: TokenizerError) -> String? {
    switch error {
    case .unsupported, .pattern, .endlessPattern, .overgrown: tokens
    case .invalidJSON, .missing, .wrongType, .inexpressible, .malformedTable, .invalidID,
      .duplicateID, .conflictingID, .misnumbered, .malformedMerge, .mergeOutsideVocabulary,
      .unknownToken, .wrongCount, .idOutsideVocabulary:
      nil
    }
  }

  private static func advice(for error: CalibrationError) -> String? {
    switch error {
    case .tokenizer(_, let error): advice(for: error)
    case .notStatistics: "make them with: dynamoe calibrate"
    case .tooShort: "give more text, or take more of it (--max-tokens)"
    case .file, .model, .safetensors, .gguf, .tensor, .notUTF8, .line, .tokens, .importanceMatrix,
      .otherModel, .countedTwice:
      nil
    }
  }

  private static func advice(for error: ContainerError) -> String? {
    switch error {
    case .notContainer: "make one with: dynamoe partition"
    case .unknownExpert: "give one of these (--expert)"
    }
  }

  private static func advice(for error: PlanError) -> String? {
    switch error {
    case .notFinite: "look for NaN with: dynamoe validate MODEL"
    case .widths(_, _, let alignment):
      "use fewer experts, other fractions or a smaller --align than \(alignment)"
    case .fractions: "give such numbers to --fractions, or auto"
    case .experts: "give such a number to --experts"
    case .alignment: "give such a number to --align"
    case .model, .noStatistics, .otherShape, .router, .budgets, .skipping, .sensitivity: nil
    }
  }

  private static func advice(for error: EvaluationError) -> String? {
    switch error {
    case .encoder: "calibrate, partition and show work for encoders"
    case .headless: "calibrate, partition and show work without an output projection"
    case .model, .plan, .calibration, .noTargets, .infinitePerplexity, .unknownVariant: nil
    }
  }

  private static func advice(for error: ReportPageError) -> String? {
    switch error {
    case .invalidJSON, .notReport: "partition writes one beside its output, NAME.report.json"
    }
  }
}
