internal import Foundation

/// Failure of a Python program.
package struct PythonError: Error, CustomStringConvertible {
  package let description: String
}

/// Runs Python, the independent peer of many tests, and returns its standard output.
///
/// The interpreter is `DYNAMOE_PYTHON`, or else that of `.venv` at the package root. If it is
/// missing, the test fails rather than being skipped.
package func python(_ arguments: [String], input: [UInt8] = []) throws -> [UInt8] {
  let chosen = ProcessInfo.processInfo.environment["DYNAMOE_PYTHON"] ?? ""
  let interpreter =
    chosen.isEmpty ? packageRoot.appending(path: ".venv/bin/python").path : chosen
  guard FileManager.default.isExecutableFile(atPath: interpreter) else {
    throw PythonError(
      description: "no Python at \(interpreter); set DYNAMOE_PYTHON or make .venv")
  }
  let end = try runToEnd(interpreter, arguments, input: input)
  guard end.process.terminationReason == .exit, end.process.terminationStatus == 0 else {
    throw PythonError(
      description: "\(arguments): ended with \(end.process.terminationStatus): "
        + String(decoding: end.errors, as: UTF8.self)
        + String(decoding: end.output.suffix(2000), as: UTF8.self))
  }
  return [UInt8](end.output)
}
