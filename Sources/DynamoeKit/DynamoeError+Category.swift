import ByteIO
import Calibration
import Conversion
import DMOE
import Evaluation
import Experts
import GGUF
import Models
import Reports
import Safetensors
import Tensors

extension DynamoeError.Category {
  /// The category of what a stage reported; nil for errors that are none of ours.
  package init?(of error: any Error) {
    // A stage passes on what one below it reported: the deepest knows what kind of trouble it is.
    var root = error
    while let cause = (root as? any CausedError)?.cause { root = cause }
    switch root {
    case let error as DynamoeError: self = error.category
    case let error as FileError: self = Self.category(of: error)
    case let error as PlanError: self = Self.category(of: error)
    case EvaluationError.unknownVariant, ModelError.noBase: self = .usage
    case ConversionError.noImportance, ConversionError.sameOutput,
      ConversionError.routersWithoutText, ConversionError.routersWithoutChoice,
      ConversionError.shownTextWithoutRouters,
      ConversionError.greedyWithoutText, ConversionError.compensationWithoutErrors,
      ConversionError.compensationWithoutRouters, ConversionError.compensationRank,
      ConversionError.unknownExpert, ConversionError.unknownKey,
      ConversionError.matrixWithoutMagnitudes, ConversionError.downNotQuantized,
      ConversionError.downBlocks:
      self = .usage
    case is TensorError, is SafetensorsError, is GGUFError, is DMOEError, is ModelError,
      is CalibrationError,
      is EvaluationError, is ConversionError, is ReportPageError:
      self = .data
    default: return nil
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
