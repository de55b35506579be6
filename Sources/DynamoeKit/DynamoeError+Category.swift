import ByteIO
import Calibration
import Checkpoints
import Containers
import DMOE
import Evaluation
import Experts
import Forms
import GGUF
import Inspection
import Pipelines
import Reports
import Safetensors
import Tensors

extension DynamoeError.Category {
  /// Category of an error from a lower module; nil for errors of other packages.
  package init?(of error: any Error) {
    // Errors wrap their causes: the innermost one determines the category.
    var root = error
    while let cause = (root as? any CausedError)?.cause { root = cause }
    switch root {
    case let error as DynamoeError: self = error.category
    case let error as FileError: self = Self.category(of: error)
    case let error as ModelError: self = Self.category(of: error)
    case let error as PlanError: self = Self.category(of: error)
    case let error as EvaluationError: self = Self.category(of: error)
    case let error as ContainerError: self = Self.category(of: error)
    case let error as InspectionError: self = Self.category(of: error)
    case let error as PipelineError: self = Self.category(of: error)
    // All of these report a malformed or unsupported file.
    case is TensorError, is SafetensorsError, is GGUFError, is DMOEError, is CalibrationError,
      is FormError, is ReportPageError:
      self = .data
    default: return nil
    }
  }

  private static func category(of error: ModelError) -> Self {
    switch error {
    case .noBase: .usage
    case .file, .safetensors, .gguf, .container, .tensor, .tokenizer, .noConfiguration,
      .configurationText, .configuration, .metadata, .unknownFamily, .unsupported, .missingTensor,
      .otherBase, .shape, .elementType, .tokenOutOfRange, .windowTooLong, .noTokenizer,
      .noBeginningToken:
      .data
    }
  }

  private static func category(of error: EvaluationError) -> Self {
    switch error {
    case .unknownVariant: .usage
    case .model, .plan, .noTargets, .encoder: .data
    }
  }

  private static func category(of error: PipelineError) -> Self {
    switch error {
    case .noImportance, .routersWithoutText, .greedyWithoutText, .compensationWithoutErrors,
      .compensationWithoutRouters, .compensationRank, .routersWithoutChoice,
      .shownTextWithoutRouters, .matrixWithoutMagnitudes, .downNotQuantized, .downBlocks,
      .sameOutput:
      .usage
    case .alreadyConverted, .otherModel: .data
    }
  }

  private static func category(of error: ContainerError) -> Self {
    switch error {
    case .unknownExpert: .usage
    case .notContainer: .data
    }
  }

  private static func category(of error: InspectionError) -> Self {
    switch error {
    case .unknownKey: .usage
    }
  }

  private static func category(of error: PlanError) -> Self {
    switch error {
    case .widths, .fractions, .experts, .alignment, .noStatistics: .usage
    case .model, .notFinite, .otherShape, .router, .budgets: .data
    }
  }

  private static func category(of error: FileError) -> Self {
    switch error {
    case .missing, .unreadable: .missingInput
    case .notRegular, .pastEnd, .spoilt: .data
    case .begunOtherwise: .usage
    case .exists, .sameFile, .cannotCreate: .cannotCreate
    case .changed, .cannotWrite, .noSpace, .noMemory: .inputOutput
    }
  }
}
