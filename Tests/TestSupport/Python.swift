internal import Foundation

/// A Python program that did not end well.
package struct PythonError: Error, CustomStringConvertible {
  package let description: String
}

/// Runs Python, the independent peer of many tests, and returns what it printed.
///
/// The interpreter is `DYNAMOE_PYTHON`, or else that of `.venv` at the root of the package. Where it
/// is missing, the test fails: a peer that is not asked proves nothing.
package func python(_ arguments: [String], input: [UInt8] = []) throws -> [UInt8] {
  let chosen = ProcessInfo.processInfo.environment["DYNAMOE_PYTHON"] ?? ""
  let interpreter =
    chosen.isEmpty ? packageRoot.appending(path: ".venv/bin/python").path : chosen
  guard FileManager.default.isExecutableFile(atPath: interpreter) else {
    throw PythonError(
      description: "no Python at \(interpreter); set DYNAMOE_PYTHON or make .venv")
  }
  // Files instead of pipes: neither side can wait for the other.
  let folder = try TemporaryFolder()
  let process = Process()
  process.executableURL = URL(filePath: interpreter)
  process.arguments = arguments
  var handles: [FileHandle] = []
  for name in ["input", "output", "errors"] {
    try Data(name == "input" ? input : []).write(to: URL(filePath: folder.path(name)))
    handles.append(
      try name == "input"
        ? FileHandle(forReadingFrom: URL(filePath: folder.path(name)))
        : FileHandle(forWritingTo: URL(filePath: folder.path(name))))
  }
  process.standardInput = handles[0]
  process.standardOutput = handles[1]
  process.standardError = handles[2]
  try process.run()
  process.waitUntilExit()
  guard process.terminationReason == .exit, process.terminationStatus == 0 else {
    let errors = try Data(contentsOf: URL(filePath: folder.path("errors")))
    throw PythonError(
      description: "\(arguments): ended with \(process.terminationStatus): "
        + String(decoding: errors, as: UTF8.self))
  }
  return try [UInt8](Data(contentsOf: URL(filePath: folder.path("output"))))
}
