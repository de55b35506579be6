import Foundation
import TestSupport
import Testing

/// Runs under `ulimit -v`: the program either finishes its work or ends with a one-line error.
@Suite struct AddressLimitTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func run(kilobytes: Int, _ arguments: [String]) throws -> ProgramRun {
    // A run that would wait forever ends with 124.
    let script = "ulimit -v \(kilobytes); exec /usr/bin/timeout 60 \"$@\""
    return try TestSupport.run("/bin/sh", ["-c", script, "sh", programPath] + arguments)
  }

  private func expectRefused(
    _ run: ProgramRun, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(run.exited && run.status == 74, "\(run)", sourceLocation: sourceLocation)
    let last = run.errors.split(separator: "\n").last ?? ""
    #expect(last.hasPrefix("dynamoe: "), "\(run)", sourceLocation: sourceLocation)
    #expect(run.output.isEmpty, sourceLocation: sourceLocation)
  }

  @Test func `under any limit work is done, or ends with a line and leaves nothing`() throws {
    let output = folder.path("t.dmoe")
    let commands = [
      ["inspect", Fixture.model, "--statistics"],
      ["partition", Fixture.model, "-o", output, "--threads", "2", "--experts", "2", "--text"]
        + [Fixture.heldOutText, "--max-tokens", "512"],
    ]
    for command in commands {
      var ends: Set<Int32> = []
      // Libraries alone take about 80 MB of address space.
      for kilobytes in [110_000, 200_000, 350_000, 480_000, 500_000, 520_000, 8_000_000] {
        let run = try run(kilobytes: kilobytes, command)
        ends.insert(run.status)
        if run.status != 0 {
          expectRefused(run)
          #expect(try folder.names().isEmpty)
        }
        for name in try folder.names() {
          try FileManager.default.removeItem(atPath: folder.path(name))
        }
      }
      #expect(ends == [0, 74])
    }
  }

  @Test func `a model that asks for more than there is is refused`() throws {
    let model = folder.path("huge")
    let script = packageRoot.appending(path: "Tests/CommandTests/huge_vocabulary.py").path
    _ = try python([script, Fixture.model, model])
    let text = ["--text", Fixture.heldOutText, "--max-tokens", "64", "--context", "32"]
    expectRefused(try run(kilobytes: 1_000_000, ["evaluate", model] + text))
    // A command that reads the file in parts needs less address space than the file's size.
    let statistics = ["calibrate", model, "-o", folder.path("stats")] + text
    #expect(try run(kilobytes: 1_000_000, statistics).status == 0)
  }
}
