import Glibc

/// The environment in which the program was started.
package enum ProcessEnvironment {
  /// The value of a variable; nil where it is not set, or set to nothing.
  package static func value(of name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    let text = unsafe String(cString: value)
    return text.isEmpty ? nil : text
  }
}
