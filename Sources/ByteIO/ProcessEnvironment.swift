import Glibc

/// Environment variables and command line of the process.
package enum ProcessEnvironment {
  /// Value of a variable; nil if it is unset or empty.
  package static func value(of name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    let text = unsafe String(cString: value)
    return text.isEmpty ? nil : text
  }

  /// First command-line argument that is not UTF-8, with invalid bytes replaced; nil if all are.
  ///
  /// Decoding changes such an argument, which could then name another file.
  package static var unreadableArgument: String? {
    CommandLine.arguments.indices.first { index in
      guard let word = unsafe CommandLine.unsafeArgv[index] else { return false }
      return unsafe String(validatingCString: word) == nil
    }.map { CommandLine.arguments[$0] }
  }
}
