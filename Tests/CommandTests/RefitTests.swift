import Foundation
import JSON
import TestSupport
import Testing

/// Exports of experts whose down projections are refitted.
@Suite struct RefitTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func export(_ file: String, _ form: String, _ expert: String = "1") -> [String] {
    ["export", file, "--format", form, "--expert", expert]
  }

  /// The trained fixture with its calibration tokens.
  private func converted() throws -> String {
    let file = folder.path("kept.dmoe")
    try expectDone(
      ["partition", Fixture.model, "-o", file, "--recipe", "dynamoe", "--router", "none"]
        + Fixture.text)
    return file
  }

  private func variants(_ model: String, _ names: String) throws -> [JSONObject] {
    let document = try document(
      [
        "evaluate", model, "--text", Fixture.heldOutText, "--max-tokens", "1024", "--json",
        "--variants", names,
      ])
    return try #require(document.object?["variants"]?.array).compactMap(\.object)
  }

  private func perplexity(_ model: String) throws -> Double {
    try #require(variants(model, "dense").first?["perplexity"]?.double)
  }

  @Test func `a refitted expert is nearer to the dense model, and the same in each form`() throws {
    let file = try converted()
    let (bare, plain, other) = (
      folder.path("bare"), folder.path("refitted"), folder.path("refitted.gguf")
    )
    try expectDone(export(file, "hf") + ["--no-refit", "-o", bare])
    let told = try document(export(file, "hf") + ["-o", plain, "--json"]).object
    #expect(told?["refitted"]?.bool == true)
    let line = try expectDone(export(file, "gguf") + ["-o", other])
    #expect(line.contains("neurons a layer, refitted"))
    let found = try perplexity(plain)
    #expect(found < 0.9 * (try perplexity(bare)))
    #expect(abs(found / (try perplexity(other)) - 1) < 1e-6)
    // The variants of the container are what the exports run.
    let measured = try variants(file, "expert-1,expert-1@bare")
    for (variant, path) in zip(measured, [plain, bare]) {
      #expect(variant["refitted"]?.bool == (path == plain))
      let own = try #require(variant["perplexity"]?.double)
      #expect(abs(own / (try perplexity(path)) - 1) < 1e-4)
    }
    let cards = try [plain, bare].map {
      String(decoding: try bytes(at: $0 + "/README.md"), as: UTF8.self)
    }
    #expect(cards[0].contains("fitted anew") && cards[1].contains("bit for bit"))
    // Each card has the figures of its own variant in the report.
    let reported = try #require(
      JSONScanner.scan(bytes(at: folder.path("kept.report.json"))).object?["held_out"]?
        .object?["variants"]?.array)
    for (card, name) in zip(cards, ["expert-1", "expert-1@bare"]) {
      let figures = try #require(reported.first { $0.object?["name"]?.string == name }?.object)
      let perplexity = try #require(figures["perplexity"]?.double)
      #expect(card.contains(String(format: "%.3f", perplexity)))
    }
    for path in [plain, other] {
      let valid = try expectDone(["validate", path, "--against", file])
      // Not with kernels of another processor: equal, not only near.
      #expect(valid.contains("identical, with 4 refitted down projections equal to a new refit"))
    }
    try expectOtherRefitFound(in: plain, file)
    // Bit for bit, whatever the number of threads.
    let again = folder.path("again.gguf")
    try expectDone(export(file, "gguf") + ["-o", again, "--threads", "1"])
    #expect(try bytes(at: again) == bytes(at: other))
  }

  /// Clears a refitted projection, which `validate` finds.
  private func expectOtherRefitFound(in export: String, _ file: String) throws {
    let path = export + "/model.safetensors"
    let (name, kept) = ("model.layers.1.mlp.down_proj.weight", try bytes(at: path))
    let start = 8 + kept[..<8].reversed().reduce(0) { $0 << 8 | Int($1) }
    let header = try JSONScanner.scan(Array(kept[8..<start]))
    let ends = try #require(header.object?[name]?.object?["data_offsets"]?.array)
      .compactMap(\.int)
    var changed = kept
    for place in ends[0]..<ends[1] { changed[start + place] = 0 }
    try Data(changed).write(to: URL(filePath: path))
    let run = try dynamoe(["validate", export, "--against", file])
    #expect(run.status == 1 && run.output.contains("\(name): 100 % off a new refit"), "\(run)")
    try Data(kept).write(to: URL(filePath: path))
    let other = folder.path("other.dmoe")
    try expectDone(
      ["partition", Fixture.model, "-o", other, "--recipe", "dynamoe", "--router", "none"]
        + ["--no-keep-tokens"] + Fixture.text)
    let valid = try expectDone(["validate", export, "--against", other])
    #expect(valid.contains("4 refitted down projections not compared, as the .dmoe cannot be"))
  }

  @Test func `an encoder, and a network without a gate and with other norms, are refitted`() throws
  {
    for family in ["bert", "gpt2", "gemma2", "phi"] {
      let model = packageRoot.appending(path: "fixtures/families/\(family)").path
      let file = folder.path("\(family).dmoe")
      try expectDone(
        [
          "partition", model, "-o", file, "--experts", "2", "--router", "none",
          "--text", Fixture.heldOutText, "--max-tokens", "512", "--context", "32",
        ])
      let output = folder.path(family)
      let told = try document(export(file, "hf", "0") + ["-o", output, "--json"]).object
      #expect(told?["refitted"]?.bool == true)
      let valid = try expectDone(["validate", output, "--against", file])
      #expect(valid.contains("refitted down projections"))
    }
  }

  @Test func `the dense model is exported as it is`() throws {
    let file = try converted()
    let output = folder.path("dense")
    let told = try document(export(file, "hf", "dense") + ["-o", output, "--json"]).object
    #expect(told?["refitted"]?.bool == false)
    #expect(try expectDone(["validate", output, "--against", file]).contains("the dense model"))
  }

  @Test func `a refit that is not possible is refused where it is wanted, and told elsewhere`()
    throws
  {
    let file = folder.path("t.dmoe")
    try expectDone(
      ["partition", Fixture.model, "-o", file, "--importance", "weights", "--experts", "2"])
    try expectRefused(
      export(file, "gguf", "0") + ["--refit", "-o", folder.path("x")], 65,
      ["its experts cannot be refitted: it holds no calibration tokens", "--keep-tokens"],
      in: folder)
    let line = try expectDone(export(file, "gguf", "0") + ["-o", folder.path("bare.gguf")])
    #expect(line.contains("not refitted (it holds no calibration tokens)"))
    for option in ["--refit", "--no-refit"] {
      try expectRefused(
        ["export", file, "--format", "hf", "-o", folder.path("x"), option], 64,
        ["\(option) belongs to --format gguf or hf with --expert"], in: folder)
    }
    let part = folder.path("part.dmoe")
    let whole = try Fixture.converted().path
    try expectDone(["export", whole, "--format", "dmoe", "--expert", "1", "-o", part])
    try expectRefused(
      export(part, "gguf", "0") + ["--refit", "-o", folder.path("x")], 65,
      ["it does not hold the dense model"], in: folder)
  }

  @Test func `an overlay keeps its tokens, and its experts are refitted alike`() throws {
    // Names of files are in the keys of GGUF.
    let (file, overlay) = (try converted(), folder.path("overlay/kept.dmoe"))
    try folder.write([], to: "overlay/empty")
    try expectDone(
      ["partition", Fixture.model, "-o", overlay, "--overlay", "--recipe", "dynamoe"]
        + ["--router", "none"] + Fixture.text)
    let (one, other) = (folder.path("a.gguf"), folder.path("b.gguf"))
    try expectDone(export(file, "gguf") + ["-o", one])
    try expectDone(export(overlay, "gguf") + ["-o", other, "--base", Fixture.model])
    #expect(try bytes(at: one) == bytes(at: other))
  }
}
