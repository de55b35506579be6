import TestSupport

/// A script of `Tests/hostile`, whose parts are test cases of their own.
struct HostileScript {
  private let path: String

  init(_ name: String) { path = packageRoot.appending(path: "Tests/hostile/\(name)").path }

  /// The names of the parts, from the script itself.
  func parts() throws -> [String] {
    String(decoding: try python([path, "--list"]), as: UTF8.self)
      .split(separator: "\n").map(String.init)
  }

  /// Runs one part against the built program.
  ///
  /// - Parameters:
  ///   - part: one of ``parts()``.
  ///   - count: attempts of each kind, for scripts that take it.
  ///   - options: words before the program.
  /// - Returns: the lines that the script printed.
  /// - Throws: ``PythonError`` with every case that does not hold.
  func run(_ part: String, count: Int? = nil, options: [String] = []) throws -> [String] {
    let words = options + [programPath] + (count.map { ["\($0)"] } ?? []) + [part]
    return String(decoding: try python([path] + words), as: UTF8.self)
      .split(separator: "\n").map(String.init)
  }
}
