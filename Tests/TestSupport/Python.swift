package import Foundation

/// A Python program that did not end well.
package struct PythonError: Error, CustomStringConvertible {
  package let description: String
}

/// The interpreter with the peers that tests compare with: `DYNAMOE_PYTHON`, else `.venv`.
package var pythonInterpreter: URL {
  if let path = ProcessInfo.processInfo.environment["DYNAMOE_PYTHON"], !path.isEmpty {
    return URL(filePath: path)
  }
  return packageRoot.appending(path: ".venv/bin/python")
}

/// Runs Python and gives what it wrote to standard output.
package func python(_ arguments: [String], input: [UInt8] = []) throws -> [UInt8] {
  let interpreter = pythonInterpreter
  guard FileManager.default.isExecutableFile(atPath: interpreter.path) else {
    throw PythonError(
      description: "no Python at \(interpreter.path): run `make test`, or set DYNAMOE_PYTHON")
  }
  let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  // Files, not pipes: none can fill up while another is read, and a program that ends before it
  // has read its input raises no signal.
  let files = ["input", "output", "error"].map { folder.appending(path: $0) }
  try Data(input).write(to: files[0])
  try Data().write(to: files[1])
  try Data().write(to: files[2])

  let process = Process()
  process.executableURL = interpreter
  process.arguments = arguments
  process.standardInput = try FileHandle(forReadingFrom: files[0])
  process.standardOutput = try FileHandle(forWritingTo: files[1])
  process.standardError = try FileHandle(forWritingTo: files[2])
  try process.run()
  process.waitUntilExit()
  guard process.terminationReason == .exit, process.terminationStatus == 0 else {
    let message = String(decoding: try Data(contentsOf: files[2]), as: UTF8.self)
    throw PythonError(
      description: "python ended with status \(process.terminationStatus): \(message)")
  }
  return Array(try Data(contentsOf: files[1]))
}
