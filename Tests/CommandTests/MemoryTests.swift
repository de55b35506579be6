import TestSupport
import Testing

/// Hidden states larger than the memory limit.
@Suite struct MemoryTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func `with hardly any memory the results are the same, and nothing is left`() throws {
    let partition = ["partition", Fixture.model] + Fixture.text
    let limits: [[String]] = [[], ["--memory", "1K"], ["--memory", "1k", "--threads", "3"]]
    for (number, limit) in limits.enumerated() {
      try expectDone(partition + limit + ["-o", folder.path("\(number).dmoe")])
      #expect(
        try bytes(at: folder.path("\(number).dmoe")) == bytes(at: folder.path("0.dmoe")))
    }
    let wanted = limits.indices.flatMap {
      ["\($0).dmoe", "\($0).report.html", "\($0).report.json"]
    }
    #expect(try folder.names() == wanted.sorted())
  }

  @Test func `every command that runs a model takes a limit`() throws {
    let routed = try Fixture.routed().path
    let statistics = (0..<2).map { folder.path("\($0).stats") }
    try expectDone(["calibrate", Fixture.model, "-o", statistics[0]] + Fixture.text)
    try expectDone(
      ["calibrate", Fixture.model, "-o", statistics[1], "--memory", "1K"] + Fixture.text)
    #expect(try bytes(at: statistics[0]) == bytes(at: statistics[1]))
    let show = ["show", routed] + Fixture.text
    #expect(try expectDone(show) == expectDone(show + ["--memory", "1K"]))
    let validate = ["validate", routed, "--against", Fixture.model] + Fixture.text
    #expect(try expectDone(validate) == expectDone(validate + ["--memory", "1K"]))
    let evaluate = ["evaluate", routed, "--variants", "dense,expert-0", "--json"] + Fixture.text
    let limited = try expectDone(evaluate + ["--memory", "1K"])
    let plain = try expectDone(evaluate)
    for key in ["perplexity", "mean_kld"] {
      func values(_ text: String) -> [Substring] {
        text.split(separator: "\n").filter { $0.contains("\"\(key)\"") }
      }
      #expect(values(plain) == values(limited) && values(plain).count == 2)
    }
  }

  @Test(arguments: ["0", "4X", "1,5G", "G", "99999999999G"])
  func `memory is a number of bytes`(text: String) throws {
    let refused = try dynamoe(
      ["calibrate", Fixture.model, "-o", folder.path("s"), "--memory", text] + Fixture.text)
    #expect(refused.status == 64)
    #expect(refused.errors.contains("--memory \(text): expected a number of bytes"))
    #expect(try folder.names().isEmpty)
  }

  @Test func `scratch that has no space is an error, and leaves nothing`() throws {
    let arguments = ["calibrate", Fixture.model, "-o", folder.path("s"), "--memory", "1K"]
    let words = (arguments + Fixture.text).map { "'\($0)'" }.joined(separator: " ")
    let limited = try run("/bin/sh", ["-c", "ulimit -f 64; exec '\(programPath)' \(words)"])
    #expect(limited.exited && limited.status == 74)
    #expect(limited.errors.contains("scratch"))
    #expect(try folder.names().isEmpty)
  }

  @Test func `a dry run tells memory, scratch and time, phase by phase`() throws {
    let dry = ["partition", Fixture.model, "-o", folder.path("t.dmoe"), "--dry-run"] + Fixture.text
    let told = try expectDone(dry)
    for word in ["widths", "output", "sweeps", "scratch      none", "memory", "time", "Ranking"] {
      #expect(told.contains(word), "\(word)")
    }
    let limited = try expectDone(dry + ["--memory", "1K"])
    #expect(limited.contains("  scratch  ") && !limited.contains("scratch      none"))
    #expect(try folder.names().isEmpty)
  }
}
