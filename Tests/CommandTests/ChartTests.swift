import TestSupport
import Testing

/// The trade-off chart is printed only on terminals that can show it.
@Suite struct ChartTests {
  /// Runs the program on a pseudo-terminal; arguments: columns, settings, `--` and the program.
  private static let terminal = """
    import fcntl, os, pty, struct, sys, termios
    columns, *rest = sys.argv[1:]
    cut = rest.index("--")
    process, terminal = pty.fork()
    if process == 0:
        fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 50, int(columns), 0, 0))
        environment = {"PATH": os.environ["PATH"]} | dict(pair.split("=") for pair in rest[:cut])
        os.execve(rest[cut + 1], rest[cut + 1:], environment)
    shown = b""
    while True:
        try:
            piece = os.read(terminal, 1 << 16)
        except OSError:  # the other end is closed
            break
        if not piece:
            break
        shown += piece
    sys.stdout.buffer.write(shown.replace(b"\\r\\n", b"\\n"))
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]))
    """

  private func partition(columns: Int, _ environment: [String]) throws -> String {
    let folder = try TemporaryFolder()
    let arguments =
      ["partition", Fixture.model, "-o", folder.path("t.dmoe"), "--progress", "none"]
      + ["--recipe", "dynamoe"] + Fixture.text
    let shown = try python(
      ["-c", Self.terminal, "\(columns)"] + environment + ["--", programPath] + arguments)
    return String(decoding: shown, as: UTF8.self)
  }

  @Test func `a terminal with room and UTF-8 shows the trade-off`() throws {
    let shown = try partition(columns: 70, ["LANG=C.UTF-8", "TERM=xterm"])
    let lines = shown.split(separator: "\n", omittingEmptySubsequences: false)
    let title = try #require(lines.firstIndex { $0.contains("perplexity relative to dense (log") })
    let chart = lines[title..<title + 17]
    #expect(chart.allSatisfy { $0.count <= 70 })
    #expect(chart.last?.contains("● routed") == true && chart.last?.contains("▲ oracle") == true)
    #expect(chart.joined().count { $0 == "●" } > 3)
  }

  @Test(
    arguments: [
      (69, ["LANG=C.UTF-8", "TERM=xterm"]), (100, ["LANG=C.UTF-8", "TERM=dumb"]),
      (100, ["LANG=C.UTF-8", "LC_ALL=C", "TERM=xterm"]), (100, ["TERM=xterm"]),
    ])
  func `other terminals show the figures alone`(columns: Int, environment: [String]) throws {
    let shown = try partition(columns: columns, environment)
    #expect(!shown.contains("● routed") && shown.contains("  budget"))
  }

  @Test func `what is piped has no picture, and the recommendation`() throws {
    let folder = try TemporaryFolder()
    let run = try dynamoe(
      ["partition", Fixture.model, "-o", folder.path("t.dmoe")] + Fixture.text,
      environment: ["LC_ALL": "C.UTF-8", "TERM": "xterm"])
    #expect(run.status == 0 && !run.output.contains("● routed"))
    #expect(run.output.contains("\n  For at most 2 % more perplexity: "))
    #expect(run.output.contains("\n  For comparison, dense quantised: Q8_0 × "))
  }
}
