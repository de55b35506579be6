import JSON
import TestSupport
import Testing

@Suite struct RouterTests {
  @Test func `routers are fitted, shown, proved and measured`() throws {
    let folder = try TemporaryFolder()
    let file = folder.path("r.dmoe")
    let partition = try dynamoe(
      ["partition", Fixture.model, "-o", file, "--router", "linear"] + Fixture.text)
    #expect(partition.status == 0 && partition.output.contains("--threshold"))
    let report = try JSONScanner.scan(bytes(of: folder.path("r.report.json")))
    let router = try #require(report.object?["plan"]?.object?["router"]?.object)
    #expect(router["kind"] == "linear" && router["parameters"]?.int == 4 * 3 * 129)
    #expect(router["r2"]?.array?.count == 4)

    #expect(try dynamoe(["inspect", file]).output.contains("linear routers"))
    #expect(try dynamoe(["validate", file, "--against", Fixture.model]).status == 0)
    _ = try python([
      packageRoot.appending(path: "formats/reference/read_dmoe.py").path, file, "--against",
      Fixture.model,
    ])

    let run = try dynamoe(
      ["evaluate", file, "--threshold", "0.5,0.9", "--json", "--text", Fixture.heldOutText]
        + ["--max-tokens", "1024"])
    #expect(run.status == 0 && run.errors.isEmpty)
    let variants = try JSONScanner.scan(Array(run.output.utf8)).object?["variants"]?.array ?? []
    #expect(
      variants.compactMap { $0.object?["name"]?.string } == [
        "dense", "routed@0.5", "oracle@0.5", "random@0.5", "fixed@0.5", "routed@0.9",
        "oracle@0.9", "random@0.9", "fixed@0.9",
      ])
    #expect(variants[1].object?["threshold"]?.double == 0.5)
    #expect(variants[2].object?["tokens_per_second"] == .null)
  }

  @Test func `a knob that the file does not have is wrong usage`() throws {
    let file = try Fixture.converted().path
    for arguments in [["--threshold", "0.8"], ["--variants", "routed@0.8"]] {
      let run = try dynamoe(["evaluate", file, "--text", Fixture.heldOutText] + arguments)
      #expect(run.status == 64 && run.output.isEmpty)
      #expect(run.errors.contains("router") || run.errors.contains("routed"))
    }
  }

  @Test(arguments: ["", "x", "-1", "0.5,,0.8", "nan"])
  func `a threshold is a number of at least 0`(list: String) throws {
    let folder = try TemporaryFolder()
    let file = folder.path("r.dmoe")
    _ = try dynamoe(["partition", Fixture.model, "-o", file, "--router", "linear"] + Fixture.text)
    let run = try dynamoe(
      ["evaluate", file, "--threshold=\(list)", "--text", Fixture.heldOutText])
    #expect(run.status == 64 && run.output.isEmpty)
  }

  @Test func `routers with a single expert are wrong usage`() throws {
    let folder = try TemporaryFolder()
    let run = try dynamoe(
      [
        "partition", Fixture.model, "-o", folder.path("r.dmoe"), "--router", "mlp", "--experts",
        "1",
      ]
        + Fixture.text)
    #expect(run.status == 64 && run.errors.contains("more than one"))
    #expect(try folder.names().isEmpty)
  }

  @Test func `routers without text are wrong usage`() throws {
    let folder = try TemporaryFolder()
    let run = try dynamoe(
      ["partition", Fixture.model, "-o", folder.path("r.dmoe"), "--importance", "weights"]
        + ["--router", "mlp"])
    #expect(run.status == 64 && run.errors.contains("--text"))
    #expect(try folder.names().isEmpty)
  }
}
