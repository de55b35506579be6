import Glibc

/// The environment in which the program was started.
package enum ProcessEnvironment {
  /// The value of a variable; nil where it is not set, or set to nothing.
  package static func value(of name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    let text = unsafe String(cString: value)
    return text.isEmpty ? nil : text
  }

  /// The first word of the command line that is not UTF-8, as far as it can be shown; nil if there is none.
  ///
  /// As text it would be another word, and the name of another file.
  package static var unreadableArgument: String? {
    CommandLine.arguments.indices.first { index in
      guard let word = unsafe CommandLine.unsafeArgv[index] else { return false }
      return unsafe String(validatingCString: word) == nil
    }.map { CommandLine.arguments[$0] }
  }
}
