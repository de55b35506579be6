import ByteIO

/// An error with a category for programs and a message for people.
public struct DynamoeError: Error, Sendable, Equatable {
  /// Kind of failure; raw values are the command line's exit codes, from `sysexits.h`.
  public enum Category: Int32, Sendable, CaseIterable {
    /// The request is invalid: an expert or a knob that the file does not have, widths that do not
    /// increase.
    case usage = 64
    /// A file is malformed, damaged, or of an unsupported kind.
    case data = 65
    /// A file is missing or cannot be opened.
    case missingInput = 66
    /// An output already exists or cannot be created.
    case cannotCreate = 73
    /// Reading or writing failed, the disk is full, or a file changed while in use.
    case inputOutput = 74
  }

  /// Kind of failure.
  public let category: Category
  /// One line: the file, the expected and the found value.
  ///
  /// Names from a file are not escaped in it: escape them before they reach a terminal.
  public let message: String

  package init(_ category: Category, _ message: String) {
    self.category = category
    self.message = message
  }

  /// Wraps an error from a lower module.
  init(_ error: any Error) {
    if let error = error as? DynamoeError {
      self = error
    } else {
      // Errors without a category come from the system.
      self.init(
        Category(of: error) ?? .inputOutput, TemporaryFiles.withFinalNames("\(error)"))
    }
  }

  /// Runs work of the lower modules and converts their errors to ``DynamoeError``.
  static func wrapping<Result, Failure: Error>(
    _ work: () throws(Failure) -> Result
  ) throws(DynamoeError) -> Result {
    do {
      return try work()
    } catch {
      throw DynamoeError(error)
    }
  }
}

extension DynamoeError: CustomStringConvertible {
  /// The message.
  public var description: String { message }
}
