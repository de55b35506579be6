import ArgumentParser
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

/// How the program ends, by the conventions of `sysexits.h`.
struct ExitStatus {
  let code: Int32
  let message: String

  static let checkFailed: Int32 = 1
  static let interrupted = ExitStatus(code: 130, message: "interrupted")

  private static let usage: Int32 = 64
  static let data: Int32 = 65
  private static let noInput: Int32 = 66
  private static let cannotCreate: Int32 = 73
  private static let inputOutput: Int32 = 74

  private init(code: Int32, message: String) {
    self.code = code
    self.message = Escaping.terminal(message)
  }

  /// The status for an error of ours; nil for those of the argument parser.
  init?(_ error: any Error) {
    // The parser wraps its own: one that comes bare was thrown by a command.
    if let error = error as? ValidationError {
      self.init(code: Self.usage, message: error.message)
      return
    }
    guard let code = Self.code(of: error) else { return nil }
    self.init(code: code, message: "\(error)")
  }

  private static func code(of error: any Error) -> Int32? {
    // A stage passes on what one below it reported: the deepest knows what kind of trouble it is.
    var root = error
    while let cause = (root as? any CausedError)?.cause { root = cause }
    return switch root {
    case let error as FileError: fileCode(error)
    case let error as PlanError:
      switch error {
      case .widths, .fractions, .experts, .alignment, .noStatistics: usage
      case .model, .notFinite, .otherShape, .router, .budgets: data
      }
    case EvaluationError.unknownVariant, ModelError.noBase: usage
    case ConversionError.noImportance, ConversionError.sameOutput,
      ConversionError.routersWithoutText, ConversionError.routersWithoutChoice,
      ConversionError.shownTextWithoutRouters,
      ConversionError.greedyWithoutText, ConversionError.compensationWithoutErrors,
      ConversionError.compensationWithoutRouters, ConversionError.compensationRank,
      ConversionError.unknownExpert, ConversionError.unknownKey,
      ConversionError.matrixWithoutMagnitudes, ConversionError.downNotQuantized,
      ConversionError.downBlocks:
      usage
    case is TensorError, is SafetensorsError, is GGUFError, is DMOEError, is ModelError,
      is CalibrationError,
      is EvaluationError, is ConversionError, is ReportPageError:
      data
    default: nil
    }
  }

  private static func fileCode(_ error: FileError) -> Int32 {
    switch error {
    case .missing, .unreadable: noInput
    case .notRegular, .pastEnd, .spoilt: data
    case .begunOtherwise: usage
    case .exists, .sameFile, .cannotCreate: cannotCreate
    case .changed, .cannotWrite, .noSpace: inputOutput
    }
  }
}
