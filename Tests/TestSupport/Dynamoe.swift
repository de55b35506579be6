internal import Foundation

/// Result of a run of the program.
package struct ProgramRun: Sendable {
  package let status: Int32
  /// False if a signal ended the run.
  package let exited: Bool
  package let output: String
  /// Standard error without notes.
  package let errors: String
  /// Notes, such as those on files of a fixture that are not read.
  package let notes: [String]
}

/// Path of the built program, which is in the same folder as the tests.
package let programPath = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
  .appending(path: "dynamoe").path(percentEncoded: false)

/// Runs the built program as a user would.
///
/// - Parameters:
///   - arguments: arguments after `dynamoe`.
///   - input: bytes for standard input.
///   - environment: variables added to the environment of the tests.
/// - Returns: exit status and output.
/// - Throws: an error if the program cannot be started.
package func dynamoe(
  _ arguments: [String], input: [UInt8] = [], environment: [String: String] = [:]
) throws -> ProgramRun {
  try run(programPath, arguments, input: input, environment: environment)
}

/// Runs any program and waits for its end.
package func run(
  _ program: String, _ arguments: [String], input: [UInt8] = [],
  environment: [String: String] = [:]
) throws -> ProgramRun {
  let end = try runToEnd(program, arguments, input: input, environment: environment)
  let lines = String(decoding: end.errors, as: UTF8.self)
    .split(separator: "\n", omittingEmptySubsequences: false)
  let isNote = { (line: Substring) in line.hasPrefix("note: ") }
  return ProgramRun(
    status: end.process.terminationStatus, exited: end.process.terminationReason == .exit,
    output: String(decoding: end.output, as: UTF8.self),
    errors: lines.filter { !isNote($0) }.joined(separator: "\n"),
    notes: lines.filter(isNote).map(String.init))
}

/// Runs any program to its end; returns the process and its output.
func runToEnd(
  _ program: String, _ arguments: [String], input: [UInt8], environment: [String: String] = [:]
) throws -> (process: Process, output: Data, errors: Data) {
  let process = Process()
  process.executableURL = URL(filePath: program)
  process.arguments = arguments
  process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
  // Files instead of pipes avoid a deadlock on full buffers.
  let place = try TemporaryFolder()
  for name in ["input", "output", "errors"] {
    try Data(name == "input" ? input : []).write(to: URL(filePath: place.path(name)))
  }
  process.standardInput = try FileHandle(forReadingFrom: URL(filePath: place.path("input")))
  process.standardOutput = try FileHandle(forWritingTo: URL(filePath: place.path("output")))
  process.standardError = try FileHandle(forWritingTo: URL(filePath: place.path("errors")))
  try process.run()
  process.waitUntilExit()
  return (
    process, try Data(contentsOf: URL(filePath: place.path("output"))),
    try Data(contentsOf: URL(filePath: place.path("errors")))
  )
}
