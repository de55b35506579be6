import Architectures
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
import JSON
import Pipelines
import Reports
import Safetensors
import Tensors
import Tokenizers

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
    case let error as TensorError: self = Self.category(of: error)
    case let error as SafetensorsError: self = Self.category(of: error)
    case let error as GGUFError: self = Self.category(of: error)
    case let error as DMOEError: self = Self.category(of: error)
    case let error as CalibrationError: self = Self.category(of: error)
    case let error as FormError: self = Self.category(of: error)
    case let error as ReportPageError: self = Self.category(of: error)
    case is ArchitectureError, is TokenizerError, is RouterError, is CompensationError,
      is DeciLMConfiguration.Obstacle, is JSONFieldError, is JSONError:
      self = .data
    default: return nil
    }
  }

  private static func category(of error: ModelError) -> Self {
    switch error {
    case .noBase: .usage
    case .file, .safetensors, .gguf, .container, .tensor, .tokenizer, .noConfiguration,
      .configurationText, .configuration, .metadata, .unknownFamily, .notRun, .routedFolder,
      .unsupported,
      .missingTensor, .notOverlay, .otherBase, .shape, .elementType, .notFinite,
      .overflow, .infinitePerplexity, .tokenOutOfRange, .windowTooLong, .noTokenizer,
      .noBeginningToken, .unknownArchitecture, .pointer:
      .data
    }
  }

  private static func category(of error: EvaluationError) -> Self {
    switch error {
    case .unknownVariant: .usage
    case .model, .plan, .calibration, .noTargets, .encoder, .headless, .infinitePerplexity: .data
    }
  }

  private static func category(of error: PipelineError) -> Self {
    switch error {
    case .noImportance, .routersWithoutText, .greedyWithoutText, .compensationWithoutErrors,
      .compensationWithoutRouters, .compensationRank, .skippingWithoutPrices,
      .routersWithoutChoice,
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
    case .model, .notFinite, .otherShape, .router, .budgets, .skipping, .sensitivity: .data
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

  private static func category(of error: TensorError) -> Self {
    switch error {
    case .file, .missing, .damaged, .undecodable, .unsupported, .uncomposable, .beyondType: .data
    }
  }

  private static func category(of error: SafetensorsError) -> Self {
    switch error {
    case .file, .tooShort, .headerTooLarge, .headerPastEnd, .invalidJSON, .unexpectedValue,
      .missingField, .unknownElementType, .sizeOverflow, .partialByte, .reversedOffsets, .hole,
      .overlap, .wrongSize, .truncated, .trailingBytes, .noCheckpoint, .ambiguous, .pickle,
      .pointer, .invalidShardName, .missingShard, .inTwoShards, .duplicateName,
      .reservedName, .unknownTensor, .outsideTensor, .writtenTwice, .incomplete, .finished:
      .data
    }
  }

  private static func category(of error: GGUFError) -> Self {
    switch error {
    case .file, .notGGUF, .unsupportedVersion, .truncated, .tooLarge, .headerTooLarge,
      .invalidName, .duplicateName, .unknownValueType, .nestedArray, .invalidBool,
      .invalidAlignment, .sizeOverflow, .partialBlock, .misaligned, .pastEnd, .overlap,
      .missingKey, .unexpectedValue, .noCheckpoint, .ambiguous, .wrongPartName, .missingParts,
      .wrongTensorCount, .inTwoParts, .unwritableType, .unknownTensor, .outsideTensor,
      .writtenTwice, .incomplete, .finished:
      .data
    }
  }

  private static func category(of error: DMOEError) -> Self {
    switch error {
    case .file, .tensor, .notContainer, .unknownVersion, .unknownFeature, .preamble, .checksum,
      .directoryText, .directory, .cutInside, .trailingBytes, .padding, .permutation, .incomplete,
      .part:
      .data
    }
  }

  private static func category(of error: CalibrationError) -> Self {
    switch error {
    case .file, .model, .safetensors, .gguf, .tensor, .tokenizer, .notUTF8, .line, .tokens,
      .tooShort, .notStatistics, .importanceMatrix, .otherModel, .countedTwice:
      .data
    }
  }

  private static func category(of error: FormError) -> Self {
    switch error {
    case .otherNames, .mixedWidths, .inexpressibleWidths, .derivedWidth, .notAllExperts,
      .notRoutable, .mixedWidthsInGGUF, .notInGGUF, .noRefit, .beyondType,
      .recoded, .notRouted, .unknownExpertTensor, .permutation, .otherReport:
      .data
    }
  }

  private static func category(of error: ReportPageError) -> Self {
    switch error {
    case .invalidJSON, .notReport: .data
    }
  }
}
