import JSON
import TestSupport
import Testing

/// Conversion of GGUF models.
@Suite struct GGUFPartitionTests {
  private let folder: TemporaryFolder
  private static let reader = packageRoot.appending(path: "formats/reference/read_dmoe.py").path

  init() throws { folder = try TemporaryFolder() }

  @Test func `plain weights are cut as those of safetensors are`() throws {
    let output = folder.path("t.dmoe")
    try expectDone(
      ["partition", Fixture.gguf(.bf16), "-o", output, "--no-keep-tokens"] + Fixture.text)
    #expect(try figures(folder.path("t.report.json")) == figures(Fixture.routed().report))
    let valid = try expectDone(
      ["validate", output, "--against", Fixture.gguf(.bf16), "--text", Fixture.heldOutText])
    for passed in [
      "✓ tokenizer      byte-level BPE, 1024 tokens", "✓ digests        all 39",
      "identical, bit for bit", "✓ function",
    ] { #expect(valid.contains(passed), "\(valid)") }
    _ = try python([Self.reader, output, "--against", Fixture.gguf(.bf16)])
    let other = try dynamoe(["validate", output, "--against", Fixture.model])
    #expect(other.status == 1 && other.output.contains("✗ source         the source's tensor"))
  }

  @Test func `quantised weights move by rows, and down stays whole`() throws {
    let output = folder.path("q.dmoe")
    let text = try expectDone(
      ["partition", Fixture.gguf(.q40), "-o", output, "--no-keep-tokens"] + Fixture.text)
    #expect(text.contains("every bit of the source kept, down projections whole in"))
    let valid = try expectDone(
      ["validate", output, "--against", Fixture.gguf(.q40), "--text", Fixture.heldOutText])
    #expect(valid.contains("✓ digests        all 39") && valid.contains("✓ function"))
    #expect(
      try String(
        decoding: python([Self.reader, output, "--against", Fixture.gguf(.q40)]), as: UTF8.self
      )
      .contains("identical to"))

    // Parts contain the whole down projection and can be run; an overlay has no weights.
    let part = folder.path("part.dmoe")
    try expectDone(["export", output, "--format", "dmoe", "--expert", "2", "-o", part])
    try expectDone(["validate", part])
    let evaluation = [
      "--text", Fixture.heldOutText, "--max-tokens", "600", "--variants", "expert-2",
    ]
    #expect(
      try perplexity(["evaluate", part] + evaluation)
        == perplexity(["evaluate", output] + evaluation))
    let overlay = folder.path("o.dmoe")
    try expectDone(
      ["partition", Fixture.gguf(.q40), "-o", overlay, "--overlay", "--no-keep-tokens"]
        + Fixture.text)
    let filled = folder.path("filled.dmoe")
    try expectDone(
      ["export", overlay, "--base", Fixture.gguf(.q40), "--format", "dmoe", "--expert", "dense"]
        + ["-o", filled])
    #expect(try bytes(at: filled) == bytes(at: output))
  }

  @Test func `down in another type has its error told`() throws {
    let weights = ["--importance", "weights"]
    for (type, told, isExact) in [
      ("f32", "every value kept", true), ("f16", "down as F16", false),
      ("q8_0", "down as Q8_0 (error at most 0.", false),
    ] {
      let output = folder.path(type + ".dmoe")
      let text = try expectDone(
        ["partition", Fixture.gguf(.q40), "-o", output, "--down", type] + weights)
      #expect(text.contains(told), "\(text)")
      let recoded = try report(folder.path(type + ".report.json"))["output"]?.object?["recoded"]
      let errors = try #require(recoded?.array).compactMap {
        $0.object?["relative_error"]?.double
      }
      #expect(errors.count == 4 && errors.allSatisfy { $0 < 0.01 })
      #expect(!isExact || errors == [0, 0, 0, 0])
      let valid = try expectDone(
        ["validate", output, "--against", Fixture.gguf(.q40), "--text", Fixture.heldOutText])
      #expect(valid.contains("35 dense tensors rebuilt; 4 are stored in another type"))
      #expect(valid.contains("35 tensors") && valid.contains("down of 4 layers as"))
      #expect(
        try String(decoding: python([Self.reader, output]), as: UTF8.self)
          .contains("not bit by bit: 4 tensors"))
      // Prefixes of such a file omit the down rows of larger experts.
      let inspection = try JSONScanner.scan(
        Array(try expectDone(["inspect", output, "--json"]).utf8))
      #expect(inspection.object?["experts"]?.array?.isEmpty == false)
    }
    try expectRefused(
      ["partition", Fixture.model, "-o", folder.path("x"), "--down", "f16"] + weights, 64,
      ["no quantised down projections", "leave out --down"], in: folder)
  }

  @Test func `an importance matrix ranks as the statistics do that it holds`() throws {
    let statistics = folder.path("s.stats")
    try expectDone(["calibrate", Fixture.model, "-o", statistics] + Fixture.text)
    let script = packageRoot.appending(path: "Tests/CommandTests/make_imatrix.py").path
    _ = try python([script, statistics, folder.path("m")])
    let output = folder.path("t.dmoe")
    var files: [[UInt8]] = []
    for source in [
      ["--calibration", statistics], ["--imatrix", folder.path("m.dat")],
      ["--imatrix", folder.path("m.gguf")],
    ] {
      let arguments = ["--importance", "energy", "--force"]
      try expectDone(["partition", Fixture.model, "-o", output] + source + arguments)
      files.append(try bytes(at: output))
    }
    #expect(files[0] == files[1] && files[0] == files[2])
    let found = try report(folder.path("t.report.json"))
    #expect(found["calibration"]?.isNull == true)
    #expect(found["imatrix"]?.object?["datasets"]?.array == ["some text"])
    // An importance matrix works with GGUF, and with text for routers.
    let text = try expectDone(
      ["partition", Fixture.gguf(.q40), "-o", output, "--imatrix", folder.path("m.gguf")]
        + ["--force"] + Fixture.text)
    #expect(text.contains("ranked by output from an importance matrix of some text"))
    #expect(text.contains("routed"))
  }

  @Test func `an importance matrix that does not fit is refused`() throws {
    func partition(_ arguments: [String]) -> [String] {
      ["partition", Fixture.model, "-o", folder.path("out.dmoe")] + arguments
    }
    func word(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(value >> (8 * $0) & 255) } }
    let name = Array("blk.0.ffn_down.weight".utf8)
    let head = word(UInt32(name.count)) + name + word(1)
    let one = word(0x3F80_0000)
    for (number, (bytes, mention)) in [
      ([], "the number of entries"), (word(.max), "the number of entries"),
      (word(1) + word(1 << 31), "the number of entries"),
      (word(1) + head + word(0) + one, "the number of values of entry 0"),
      (word(1) + head + word(1 << 30) + one, "the number of values of entry 0"),
      (word(1) + head + word(1) + one, "expected 384 values"),
      (Array("GGUF".utf8) + word(3), "truncated"),
    ].enumerated() {
      let path = try folder.write(bytes, to: "m\(number)")
      try expectRefused(partition(["--imatrix", path]), 65, [mention], in: folder)
    }
    try expectRefused(partition(["--imatrix", Fixture.gguf(.q40)]), 65, ["imatrix"], in: folder)
    try expectRefused(partition(["--imatrix", folder.path("none")]), 66, ["none"], in: folder)
    try expectRefused(
      partition(["--imatrix", folder.path("m0"), "--importance", "magnitude"]), 64,
      ["not magnitudes"], in: folder)
    #expect(try dynamoe(partition(["--imatrix", "a", "--calibration", "b"])).status == 64)
  }

  private func report(_ path: String) throws -> JSONObject {
    try #require(JSONScanner.scan(try bytes(at: path)).object)
  }

  /// Figures of the experts on held-out text.
  private func figures(_ path: String) throws -> [Double] {
    let heldOut = try report(path)["held_out"]?.object?["variants"]?.array
    return try #require(heldOut).compactMap {
      $0.object?["perplexity"]?.double.map { ($0 * 1e6).rounded() / 1e6 }
    }
  }

  private func perplexity(_ arguments: [String]) throws -> Double {
    let document = try JSONScanner.scan(Array(try expectDone(arguments + ["--json"]).utf8))
    return try #require(
      document.object?["variants"]?.array?.first?.object?["perplexity"]?.double)
  }
}
