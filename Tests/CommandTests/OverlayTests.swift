import JSON
import TestSupport
import Testing

@Suite struct OverlayTests {
  private let folder: TemporaryFolder
  private let overlay: String
  private static let reference = packageRoot.appending(path: "formats/reference").path
  private static let reader = reference + "/read_dmoe.py"
  private static let peer = packageRoot.appending(path: "Tests/CommandTests/overlay_peer.py").path

  init() throws {
    folder = try TemporaryFolder()
    overlay = folder.path("o.dmoe")
    try expectDone(
      ["partition", Fixture.model, "-o", overlay, "--overlay", "--no-keep-tokens"] + Fixture.text)
  }

  @Test func `an overlay on its base is the file with the weights`() throws {
    let whole = try Fixture.routed().path
    #expect(try bytes(at: overlay).count < (try bytes(at: whole).count) / 6)
    let text = ["--text", Fixture.heldOutText, "--max-tokens", "300", "--json"]
    #expect(
      try figures(["evaluate", overlay, "--base", Fixture.model] + text)
        == figures(["evaluate", whole] + text))
    let valid = try expectDone(
      ["validate", overlay, "--base", Fixture.model, "--text", Fixture.heldOutText])
    for passed in ["✓ digests        all 39 tensors of the base", "✓ function", "✓ report"] {
      #expect(valid.contains(passed), "\(valid)")
    }
    let inspection = try expectDone(["inspect", overlay, "--base", Fixture.model, "--statistics"])
    #expect(inspection.contains("an overlay"))
    _ = try python([Self.reader, overlay, "--base", Fixture.model])
    let same = try python([Self.peer, Self.reference, overlay, Fixture.model, whole])
    #expect(String(decoding: same, as: UTF8.self) == "96\n")
  }

  @Test func `with its weights put in an overlay is the file that would have been written`() throws
  {
    let whole = try Fixture.routed().path
    for expert in ["2", "dense"] {
      let (filled, part) = (folder.path("filled.dmoe"), folder.path("part.dmoe"))
      try expectDone(
        ["export", overlay, "--base", Fixture.model, "--format", "dmoe", "--expert", expert]
          + ["-o", filled, "--force"])
      try expectDone(
        ["export", whole, "--format", "dmoe", "--expert", expert, "-o", part, "--force"])
      #expect(try bytes(at: filled) == bytes(at: part))
    }
    try expectRefused(
      ["export", overlay, "--base", Fixture.model, "--format", "dmoe", "--expert", "0", "--force"]
        + ["-o", Fixture.model + "/model.safetensors"], 73, ["model.safetensors"], in: folder)
  }

  @Test func `without its base an overlay can be looked at and checked, not run`() throws {
    let valid = try expectDone(["validate", overlay])
    #expect(valid.contains("– digests        no base given (--base)"))
    try expectDone(["inspect", overlay, "--statistics"])
    _ = try python([Self.reader, overlay])
    try expectRefused(["evaluate", overlay] + Fixture.text, 64, ["--base MODEL"], in: folder)
    try expectRefused(
      ["export", overlay, "--format", "dmoe", "--expert", "0", "-o", folder.path("out")], 64,
      ["--base MODEL"], in: folder)
    try expectRefused(
      ["partition", overlay, "-o", folder.path("out"), "--importance", "weights"], 65,
      ["is already a .dmoe"], in: folder)
  }

  @Test func `another base is refused, if it differs in a single bit`() throws {
    let other = try folder.copyModel(to: "other")
    let weights = other + "/model.safetensors"
    var changed = try bytes(at: weights)
    changed[changed.count - 5] ^= 1
    try folder.write(changed, to: "other/model.safetensors")
    let small = try SmallModel().write(to: folder, "small")
    for command in ["validate", "inspect", "evaluate"] {
      let text = command == "evaluate" ? Fixture.text : []
      for base in [other, small] {
        try expectRefused(
          [command, overlay, "--base", base] + text, 65, ["another checkpoint than \(base)"],
          in: folder)
      }
      try expectRefused(
        [command, overlay, "--base", folder.path("none")] + text, 66, ["none"], in: folder)
      try expectRefused(
        [command, overlay, "--base", overlay] + text, 65, ["and this is a .dmoe"], in: folder)
      try expectRefused(
        [command, try Fixture.converted().path, "--base", Fixture.model] + text, 64,
        ["is not an overlay"], in: folder)
    }
    #expect(throws: PythonError.self) { try python([Self.reader, overlay, "--base", other]) }
  }

  /// All figures except times.
  private func figures(_ arguments: [String]) throws -> [String] {
    let document = try JSONScanner.scan(Array(try expectDone(arguments).utf8))
    return try #require(document.object?["variants"]?.array).flatMap { variant in
      (variant.object?.members ?? []).filter { !$0.name.contains("second") }
        .map { "\($0.name): \(JSONWriter.text($0.value))" }
    }
  }
}
