import Foundation
import JSON
import TestSupport
import Testing

/// Exports of experts whose down projections are refitted.
@Suite struct RefitTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func export(_ file: String, _ form: String, _ expert: String = "1") -> [String] {
    ["export", file, "--format", form, "--expert", expert, "--refit"]
  }

  /// The trained fixture with its calibration tokens.
  private func converted() throws -> String {
    let file = folder.path("kept.dmoe")
    try expectDone(
      ["partition", Fixture.model, "-o", file, "--keep-tokens"] + Fixture.plain + Fixture.text)
    return file
  }

  private func perplexity(_ model: String) throws -> Double {
    let variants = try document(
      ["evaluate", model, "--text", Fixture.heldOutText, "--max-tokens", "1024", "--json"]
    ).object?["variants"]?.array
    return try #require(variants?.first?.object?["perplexity"]?.double)
  }

  @Test func `a refitted expert is nearer to the dense model, and the same in each form`() throws {
    let file = try converted()
    let (bare, plain, other) = (
      folder.path("bare"), folder.path("refitted"), folder.path("refitted.gguf")
    )
    try expectDone(["export", file, "--format", "hf", "--expert", "1", "-o", bare])
    let told = try document(export(file, "hf") + ["-o", plain, "--json"]).object
    #expect(told?["refitted"]?.bool == true)
    let line = try expectDone(export(file, "gguf") + ["-o", other])
    #expect(line.contains("neurons a layer, refitted"))
    let found = try perplexity(plain)
    #expect(found < 0.9 * (try perplexity(bare)))
    #expect(abs(found / (try perplexity(other)) - 1) < 1e-6)
    for path in [plain, other] {
      let valid = try expectDone(["validate", path, "--against", file])
      #expect(valid.contains("identical, but for 4 refitted down projections"))
    }
    // Bit for bit, whatever the number of threads.
    let again = folder.path("again.gguf")
    try expectDone(export(file, "gguf") + ["-o", again, "--threads", "1"])
    #expect(try bytes(at: again) == bytes(at: other))
  }

  @Test func `an encoder, and a network without a gate and with other norms, are refitted`() throws
  {
    for family in ["bert", "gpt2", "gemma2", "phi"] {
      let model = packageRoot.appending(path: "fixtures/families/\(family)").path
      let file = folder.path("\(family).dmoe")
      try expectDone(
        [
          "partition", model, "-o", file, "--experts", "2", "--router", "none", "--keep-tokens",
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

  @Test func `a refit that is not possible is refused`() throws {
    let file = folder.path("t.dmoe")
    try expectDone(
      ["partition", Fixture.model, "-o", file, "--importance", "weights", "--experts", "2"])
    try expectRefused(
      export(file, "gguf", "0") + ["-o", folder.path("x")], 65,
      ["its experts cannot be refitted: it holds no calibration tokens", "--keep-tokens"],
      in: folder)
    try expectRefused(
      ["export", file, "--format", "hf", "-o", folder.path("x"), "--refit"], 64,
      ["--refit belongs to --format gguf or hf with --expert"], in: folder)
    for (words, mention) in [
      (["--overlay"] + Fixture.text, "--keep-tokens and --overlay exclude each other"),
      (["--importance", "weights"], "--keep-tokens needs a calibration text"),
    ] {
      let run = try dynamoe(
        ["partition", Fixture.model, "-o", folder.path("x"), "--keep-tokens"] + words)
      #expect(run.status == 64 && run.errors.contains(mention), "\(run)")
    }
    let part = folder.path("part.dmoe")
    let whole = try Fixture.converted().path
    try expectDone(["export", whole, "--format", "dmoe", "--expert", "1", "-o", part])
    try expectRefused(
      export(part, "gguf", "0") + ["-o", folder.path("x")], 65,
      ["it does not hold the dense model"], in: folder)
  }
}
