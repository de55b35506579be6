import ArgumentParser
import ByteIO
import DynamoeKit

/// Exit code and message of the program, by the conventions of `sysexits.h`.
struct ExitStatus {
  let code: Int32
  let message: String

  static let checkFailed: Int32 = 1
  static let interrupted = ExitStatus(code: 130, message: "interrupted")

  static let data = DynamoeError.Category.data.rawValue

  /// Maximum length in scalars: leaves room for a path of maximum length and the text around it.
  private static let longest = 8192

  private init(code: Int32, message: String, advice: String? = nil) {
    self.code = code
    let start = message.unicodeScalars.prefix(Self.longest)
    self.message = Escaping.terminal(
      String(start) + (start.endIndex < message.endIndex ? "…" : "")
        + (advice.map { "; \($0)" } ?? ""))
  }

  /// The status for an error of a command; nil for errors of the argument parser.
  init?(_ error: any Error) {
    // The parser wraps its own errors: an unwrapped one was thrown by a command.
    if let error = error as? ValidationError {
      self.init(code: DynamoeError.Category.usage.rawValue, message: error.message)
      return
    }
    guard let category = DynamoeError.Category(of: error) else { return nil }
    self.init(
      code: category.rawValue, message: TemporaryFiles.withFinalNames("\(error)"),
      advice: Advice.line(for: error))
  }
}
