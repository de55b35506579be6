import JSON
import TestSupport
import Testing

@Suite struct ExportTests {
  private let folder: TemporaryFolder
  private let routed: String

  init() throws {
    folder = try TemporaryFolder()
    routed = try Fixture.routed().path
  }

  @Test func `a part has its own directory, and runs like the file cut there`() throws {
    let whole = try bytes(at: routed)
    let layout = try ContainerLayout(whole)
    for expert in [0, 3, 6] {
      let part = folder.path("part\(expert).dmoe")
      let result = try document(
        ["export", routed, "--format", "dmoe", "--expert", "\(expert)", "-o", part, "--json"])
      let end = layout.sections[expert + 1].upperBound
      // Everything before the end of the expert is read, except padding; nothing after it is. What
      // was added to the weights is read twice, because its values are checked first.
      let read = try #require(result.object?["bytes_read"]?.int)
      #expect(read <= end + layout.addedBytes && read > end - 64 * layout.tensors.count)
      #expect(try bytes(at: part).count == result.object?["bytes"]?.int)
      #expect(try bytes(at: part).count < end)
      let report = try expectDone(["validate", part, "--require-complete"])
      #expect(report.contains("\(expert + 1) experts, complete, without the full"))
      _ = try python([packageRoot.appending(path: "formats/reference/read_dmoe.py").path, part])

      let cut = try folder.write(Array(whole.prefix(end)), to: "cut.dmoe")
      let figures = try evaluation(of: part)
      #expect(figures == (try evaluation(of: cut)))
      #expect(figures.keys.contains("routed@budget=0.5") && !figures.keys.contains("dense"))
      #expect(!figures.keys.contains("oracle@budget=0.5"))
      let inspection = try document(["inspect", part, "--json"])
      #expect(inspection.object?["complete"]?.bool == true)
      #expect(inspection.object?["experts"]?.array?.count == expert + 1)
    }
  }

  @Test func `an expert goes by its share too, and the dense one gives the whole file`() throws {
    let half = folder.path("half.dmoe")
    let percent = try document(
      ["export", routed, "--format", "dmoe", "--expert", "50%", "-o", half, "--json"])
    #expect(percent.object?["expert"]?.int == 5)
    let dense = folder.path("dense.dmoe")
    try expectDone(["export", routed, "--format", "dmoe", "--expert", "dense", "-o", dense])
    #expect(try bytes(at: dense) == bytes(at: routed))
    // A part can be cut and exported again.
    let smaller = folder.path("smaller.dmoe")
    try expectDone(["export", half, "--format", "dmoe", "--expert", "1", "-o", smaller])
    let direct = folder.path("direct.dmoe")
    try expectDone(["export", routed, "--format", "dmoe", "--expert", "1", "-o", direct])
    #expect(try bytes(at: smaller) == bytes(at: direct))
  }

  @Test func `what cannot be exported is refused`() throws {
    let out = folder.path("out.dmoe")
    func export(_ file: String, _ expert: String, _ output: String) -> [String] {
      ["export", file, "--format", "dmoe", "--expert", expert, "-o", output]
    }
    for expert in ["8", "42%", "99999999"] {
      try expectRefused(
        export(routed, expert, out), 64, ["no such expert", "7 (100 %)", "--expert"], in: folder)
    }
    try expectRefused(export(Fixture.model, "0", out), 65, ["expected a .dmoe"], in: folder)
    try expectRefused(export(folder.path("none"), "0", out), 66, ["none"], in: folder)
    try folder.write([1], to: "there")
    try expectRefused(export(routed, "0", folder.path("there")), 73, ["there"], in: folder)
    let own = try folder.write(try bytes(at: routed), to: "own.dmoe")
    try expectRefused(export(own, "0", own) + ["--force"], 73, [own], in: folder)
    for expert in ["-1", "x", "%", "", "nan%"] {
      #expect(try dynamoe(export(routed, expert, out)).status == 64)
    }
    // Without the full expert, `dense` is not available.
    let part = folder.path("part.dmoe")
    try expectDone(export(routed, "2", part))
    try expectRefused(export(part, "dense", out), 64, ["no such expert"], in: folder)
    try expectRefused(
      ["evaluate", part, "--variants", "dense"] + Fixture.text, 64, ["no variant dense"], in: folder
    )
  }

  /// Perplexity of every variant, by name.
  private func evaluation(of path: String) throws -> [String: Double] {
    let text = ["--text", Fixture.heldOutText, "--max-tokens", "300"]
    let document = try document(["evaluate", path, "--json"] + text)
    let variants = try #require(document.object?["variants"]?.array)
    return try Dictionary(
      uniqueKeysWithValues: variants.map {
        let name = try #require($0.object?["name"]?.string)
        return (name, try #require($0.object?["perplexity"]?.double))
      })
  }

  private func document(_ arguments: [String]) throws -> JSONValue {
    // A budget below the smallest possible one causes a warning on standard error.
    let run = try dynamoe(arguments)
    #expect(run.status == 0, "\(arguments): \(run.errors)")
    return try JSONScanner.scan(Array(run.output.utf8))
  }
}
