/// What went wrong, for people and for programs.
public struct DynamoeError: Error, Sendable, Equatable {
  /// What kind of trouble it is: the exit codes of the command line, which are those of `sysexits.h`.
  public enum Category: Int32, Sendable, CaseIterable {
    /// What was asked for does not exist or makes no sense: an expert that a file does not hold, a
    /// knob that it has not, widths that do not grow.
    case usage = 64
    /// A file is malformed, damaged, or of a kind that is not supported.
    case data = 65
    /// A file is missing or cannot be opened.
    case missingInput = 66
    /// An output exists already or cannot be created.
    case cannotCreate = 73
    /// Reading or writing failed, a disk is full, or a file changed while it was in use.
    case inputOutput = 74
  }

  /// What kind of trouble it is.
  public let category: Category
  /// One sentence: the file, what was expected, what was found, what to do.
  ///
  /// It is that of the command line, and may name its options. Names from a file stand in it as they
  /// are: escape them before they reach a terminal.
  public let message: String

  package init(_ category: Category, _ message: String) {
    self.category = category
    self.message = message
  }

  /// What a stage reported.
  init(_ error: any Error) {
    if let error = error as? DynamoeError {
      self = error
    } else {
      // What no stage has a name for comes from the system.
      self.init(Category(of: error) ?? .inputOutput, "\(error)")
    }
  }

  /// The result of work of the stages below, with their errors as one of these.
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
