import Foundation
import TestSupport
import Testing

/// Expects an exit code, one error line that contains all `mentions`, no result, and a folder
/// without new, missing or partial files.
func expectRefused(
  _ arguments: [String], _ status: Int32, _ mentions: [String], in folder: TemporaryFolder,
  input: [UInt8] = [], hasDocument: Bool = false,
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let before = try folder.everything()
  // A run that would wait forever ends with 124.
  let run = try run("/usr/bin/timeout", ["60", programPath] + arguments, input: input)
  let comment: Comment = "\(arguments): \(run.status) \(run.errors)"
  #expect(run.status == status, comment, sourceLocation: sourceLocation)
  #expect(run.output.isEmpty != hasDocument, comment, sourceLocation: sourceLocation)
  #expect(run.errors.hasPrefix("dynamoe: "), comment, sourceLocation: sourceLocation)
  // One line, without control characters.
  let controls = run.errors.unicodeScalars.filter { $0.properties.generalCategory == .control }
  #expect(
    controls.count == 1 && run.errors.hasSuffix("\n"), comment, sourceLocation: sourceLocation)
  for mention in mentions {
    #expect(run.errors.contains(mention), comment, sourceLocation: sourceLocation)
  }
  #expect(try folder.everything() == before, comment, sourceLocation: sourceLocation)
}

/// Expects success, and nothing on standard error.
@discardableResult
func expectDone(
  _ arguments: [String], input: [UInt8] = [], sourceLocation: SourceLocation = #_sourceLocation
) throws -> String {
  let run = try dynamoe(arguments, input: input)
  #expect(run.exited && run.status == 0, "\(arguments): \(run)", sourceLocation: sourceLocation)
  #expect(run.errors.isEmpty, "\(arguments): \(run.errors)", sourceLocation: sourceLocation)
  #expect(!run.output.isEmpty, "\(arguments)", sourceLocation: sourceLocation)
  return run.output
}
