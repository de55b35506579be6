import ArgumentParser
import ByteIO
import Calibration
import Conversion
import DMOE
import Evaluation
import Experts
import Models
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
    switch error {
    case let error as FileError: fileCode(error)
    case let error as TensorError:
      if case .file(let file) = error { fileCode(file) } else { data }
    case let error as SafetensorsError:
      if case .file(let file) = error { fileCode(file) } else { data }
    case let error as DMOEError:
      switch error {
      case .file(let file): fileCode(file)
      case .tensor(let tensor): code(of: tensor)
      default: data
      }
    case let error as ModelError:
      switch error {
      case .file(let file): fileCode(file)
      case .safetensors(let error): code(of: error)
      case .container(let error): code(of: error)
      case .tensor(let error): code(of: error)
      default: data
      }
    case let error as CalibrationError:
      switch error {
      case .file(let file): fileCode(file)
      case .model(let error): code(of: error)
      case .safetensors(let error): code(of: error)
      case .tensor(let error): code(of: error)
      default: data
      }
    case let error as PlanError:
      switch error {
      case .model(let error): code(of: error)
      case .widths, .fractions, .experts, .alignment, .noStatistics: usage
      case .notFinite, .otherShape: data
      }
    case let error as EvaluationError:
      switch error {
      case .model(let error): code(of: error)
      case .unknownVariant: usage
      case .noTargets: data
      }
    case let error as ConversionError:
      switch error {
      case .noImportance, .sameOutput: usage
      case .alreadyConverted, .otherModel, .companionTooLarge: data
      }
    default: nil
    }
  }

  private static func fileCode(_ error: FileError) -> Int32 {
    switch error {
    case .missing, .unreadable: noInput
    case .notRegular, .pastEnd: data
    case .exists, .sameFile, .cannotCreate: cannotCreate
    case .changed, .cannotWrite: inputOutput
    }
  }
}
