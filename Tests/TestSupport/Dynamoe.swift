internal import Foundation

/// What a run of the program gave.
package struct ProgramRun: Sendable {
  package let status: Int32
  /// False where a signal ended it.
  package let exited: Bool
  package let output: String
  package let errors: String
}

/// Where the built program is: tests and program are built into the same folder.
package let programPath = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
  .appending(path: "dynamoe").path(percentEncoded: false)

/// Runs the built program as a user does.
///
/// - Parameters:
///   - arguments: what stands behind `dynamoe`.
///   - input: what comes through standard input.
///   - environment: what is set beside the environment of the tests.
/// - Returns: how it ended and what it wrote.
/// - Throws: where it cannot be started.
package func dynamoe(
  _ arguments: [String], input: [UInt8] = [], environment: [String: String] = [:]
) throws -> ProgramRun {
  try run(programPath, arguments, input: input, environment: environment)
}

/// Runs any program, and waits for its end.
package func run(
  _ program: String, _ arguments: [String], input: [UInt8] = [],
  environment: [String: String] = [:]
) throws -> ProgramRun {
  let process = Process()
  process.executableURL = URL(filePath: program)
  process.arguments = arguments
  process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
  // Files instead of pipes: neither side can wait for the other.
  let place = try TemporaryFolder()
  for name in ["input", "output", "errors"] {
    try Data(name == "input" ? input : []).write(to: URL(filePath: place.path(name)))
  }
  process.standardInput = try FileHandle(forReadingFrom: URL(filePath: place.path("input")))
  process.standardOutput = try FileHandle(forWritingTo: URL(filePath: place.path("output")))
  process.standardError = try FileHandle(forWritingTo: URL(filePath: place.path("errors")))
  try process.run()
  process.waitUntilExit()
  func text(_ name: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(filePath: place.path(name))), as: UTF8.self)
  }
  return ProgramRun(
    status: process.terminationStatus, exited: process.terminationReason == .exit,
    output: try text("output"), errors: try text("errors"))
}
