import Foundation
import TestSupport
import Testing

/// Expects that the program refuses: with a code, with one line that holds every one of `mentions`,
/// without a result, and without anything new, missing or unfinished in the folder.
func expectRefused(
  _ arguments: [String], _ status: Int32, _ mentions: [String], in folder: TemporaryFolder,
  input: [UInt8] = [], hasDocument: Bool = false,
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let before = try folder.everything()
  // Where a run would wait for ever, it ends with 124.
  let run = try run("/usr/bin/timeout", ["60", programPath] + arguments, input: input)
  let comment: Comment = "\(arguments): \(run.status) \(run.errors)"
  #expect(run.status == status, comment, sourceLocation: sourceLocation)
  #expect(run.output.isEmpty != hasDocument, comment, sourceLocation: sourceLocation)
  #expect(run.errors.hasPrefix("dynamoe: "), comment, sourceLocation: sourceLocation)
  // One line, in which nothing can steer a terminal.
  let controls = run.errors.unicodeScalars.filter { $0.properties.generalCategory == .control }
  #expect(
    controls.count == 1 && run.errors.hasSuffix("\n"), comment, sourceLocation: sourceLocation)
  for mention in mentions {
    #expect(run.errors.contains(mention), comment, sourceLocation: sourceLocation)
  }
  #expect(try folder.everything() == before, comment, sourceLocation: sourceLocation)
}

/// Expects that the program does what it is asked, and says nothing beside its result.
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
