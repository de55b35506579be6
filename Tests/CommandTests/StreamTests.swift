import TestSupport
import Testing

@Suite struct StreamTests {
  @Test func `colour is for terminals, or on request`() throws {
    let path = try Fixture.converted().path
    for command in [["inspect", path], ["validate", path], ["validate", Fixture.model]] {
      for plain in [[], ["--color", "never"], ["--color", "auto"]] {
        #expect(!(try expectDone(command + plain)).contains("\u{1B}"))
      }
      // An explicit request takes precedence over the environment.
      let coloured = try dynamoe(
        command + ["--color", "always"], environment: ["NO_COLOR": "1", "TERM": "dumb"])
      #expect(coloured.output.contains("\u{1B}["))
    }
  }

  @Test func `progress is for terminals, or on request, and never in the result`() throws {
    let evaluate = ["evaluate", try Fixture.converted().path] + Fixture.text
    try expectDone(evaluate)
    let none = try dynamoe(evaluate + ["--progress", "none"])
    #expect(none.errors.isEmpty)
    let plain = try dynamoe(evaluate + ["--progress", "plain"])
    #expect(plain.status == 0 && plain.errors.contains("Evaluating: 4 layers × "))
    #expect(!plain.output.contains("Evaluating: "))
    let verbose = try dynamoe(evaluate + ["--verbose"])
    #expect(verbose.status == 0 && verbose.errors.contains("Evaluating: "))
  }

  /// Output on a pseudo-terminal made by Python.
  @Test(arguments: [
    (["TERM=xterm"], true), (["TERM=xterm", "NO_COLOR="], true),
    (["TERM=xterm", "NO_COLOR=1"], false), (["TERM=dumb"], false),
  ])
  func `on a terminal there is colour, unless the environment is against it`(
    settings: [String], isColoured: Bool
  ) throws {
    let program = "import pty, sys; sys.exit(pty.spawn(sys.argv[1:]))"
    let command = ["/usr/bin/env", "-u", "NO_COLOR"] + settings + [programPath]
    let output = String(
      decoding: try python(["-c", program] + command + ["validate", Fixture.model]), as: UTF8.self)
    #expect(output.contains("valid") && output.contains("\u{1B}[32m") == isColoured)
  }

  @Test func `who stops listening to progress does not stop the work`() throws {
    let folder = try TemporaryFolder()
    let output = folder.path("t.dmoe")
    let words = ["partition", Fixture.model, "-o", output, "--progress", "plain"] + Fixture.text
    let script = "\"$@\" 2>&1 > /dev/null | true"
    _ = try run("/bin/sh", ["-c", script, "sh", programPath] + words)
    try expectDone(["validate", output, "--against", Fixture.model])
    let first = try run(
      "/bin/sh", ["-c", "\"$@\" | head -n 1", "sh", programPath, "inspect", output, "--json"])
    #expect(first.errors.isEmpty && first.output == "{\n")
  }
}
