import Foundation
import TestSupport
import Testing

@Suite struct InterruptionTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
  func `interrupted while it writes, it leaves nothing unfinished`(signal: Int32) throws {
    let process = try start(["-o", folder.path("t.dmoe"), "--text", Fixture.calibrationText])
    try waitForUnfinishedFile(of: process)
    kill(process.processIdentifier, signal)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 130)
    #expect(try folder.names().isEmpty)
  }

  @Test func `what was there is not touched`() throws {
    try folder.write([1, 2, 3], to: "t.dmoe")
    try folder.write([4, 5], to: "t.report.json")
    let process = try start(
      ["-o", folder.path("t.dmoe"), "--force", "--text", Fixture.calibrationText])
    try waitForUnfinishedFile(of: process)
    process.interrupt()
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 130)
    #expect(try folder.names() == ["t.dmoe", "t.report.json"])
    #expect(try bytes(at: folder.path("t.dmoe")) == [1, 2, 3])
    #expect(try bytes(at: folder.path("t.report.json")) == [4, 5])
  }

  @Test func `killed outright, it leaves nothing under the final name`() throws {
    let process = try start(["-o", folder.path("t.dmoe"), "--text", Fixture.calibrationText])
    try waitForUnfinishedFile(of: process)
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    // The partial file is recognisable by its name.
    let names = try folder.names()
    #expect(names.count == 1 && names[0].hasSuffix(".dynamoe-partial"))
    try expectDone(
      ["partition", Fixture.model, "-o", folder.path("t.dmoe")] + Fixture.plain + Fixture.text)
  }

  @Test func `while it waits for text it can be interrupted`() throws {
    let pipe = Pipe()
    let process = try start(["-o", folder.path("t.dmoe"), "--text", "-"], input: pipe)
    try pipe.fileHandleForWriting.write(contentsOf: Data("Once upon a time".utf8))
    Thread.sleep(forTimeInterval: 0.3)
    #expect(process.isRunning)
    process.interrupt()
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 130)
    #expect(try folder.names().isEmpty)
  }

  @Test func `under nohup the end of the terminal is not the end of the work`() throws {
    let output = folder.path("t.dmoe")
    let script = "trap '' HUP; exec \"$@\""
    let process = try start(
      ["-o", output, "--text", Fixture.calibrationText], through: ["/bin/sh", "-c", script, "sh"])
    try waitForUnfinishedFile(of: process)
    kill(process.processIdentifier, SIGHUP)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 0)
    try expectDone(["validate", output, "--against", Fixture.model])
  }

  /// Starts `partition` on one thread, to leave time for an interruption.
  private func start(
    _ options: [String], input: Pipe? = nil, through launcher: [String] = []
  ) throws -> Process {
    let process = Process()
    let command =
      launcher + [programPath, "partition", Fixture.model, "--threads", "1"] + options
    process.executableURL = URL(filePath: command[0])
    process.arguments = Array(command.dropFirst())
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    process.standardInput = input ?? FileHandle.nullDevice
    try process.run()
    return process
  }

  private func waitForUnfinishedFile(of process: Process) throws {
    while try !folder.names().contains(where: { $0.hasSuffix(".dynamoe-partial") }) {
      try #require(process.isRunning, "it was done before it could be interrupted")
      Thread.sleep(forTimeInterval: 0.002)
    }
  }
}
