import ArgumentParser
import DynamoeKit

/// How the program ends, by the conventions of `sysexits.h`.
struct ExitStatus {
  let code: Int32
  let message: String

  static let checkFailed: Int32 = 1
  static let interrupted = ExitStatus(code: 130, message: "interrupted")

  static let data = DynamoeError.Category.data.rawValue

  /// Room for a path of the greatest length, and what is said of it.
  private static let longest = 8192

  private init(code: Int32, message: String) {
    self.code = code
    let start = message.unicodeScalars.prefix(Self.longest)
    self.message = Escaping.terminal(
      String(start) + (start.endIndex < message.endIndex ? "…" : ""))
  }

  /// The status for an error of ours; nil for those of the argument parser.
  init?(_ error: any Error) {
    // The parser wraps its own: one that comes bare was thrown by a command.
    if let error = error as? ValidationError {
      self.init(code: DynamoeError.Category.usage.rawValue, message: error.message)
      return
    }
    guard let category = DynamoeError.Category(of: error) else { return nil }
    self.init(code: category.rawValue, message: "\(error)")
  }
}
