import Foundation
import JSON
import TestSupport
import Testing

/// Export of experts as plain models for llama.cpp.
@Suite struct GGUFExportTests {
  private static let reference = packageRoot.appending(path: "formats/reference").path
  private static let peer = packageRoot.appending(path: "Tests/CommandTests/gguf_export_peer.py")
    .path
  private static let root = packageRoot.appending(path: "fixtures/families").path(
    percentEncoded: false)
  /// Decoder families that llama.cpp supports, but for those whose fixtures have features or keys
  /// that only its converter writes; `make test-peers` runs all in llama.cpp.
  static let folders = [
    "apertus", "arcee", "bloom", "ernie4_5", "falcon", "falcon2", "falcon_40b", "gemma", "gemma2",
    "gemma3",
    "gpt2", "gpt_neox", "gpt_neox_serial", "llama3", "mistral", "mpt", "olmo", "olmo2", "olmo3",
    "phi", "phi3", "qwen2", "qwen3", "seed_oss", "smollm3", "stablelm", "starcoder2",
  ]

  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func export(_ file: String, _ expert: String, to output: String) -> [String] {
    ["export", file, "--format", "gguf", "--expert", expert, "-o", output]
  }

  /// A copy of a family's checkpoint without features that GGUF cannot express.
  private func model(_ name: String) throws -> String {
    let path = folder.path("model")
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    for file in ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"] {
      try FileManager.default.copyItem(
        atPath: "\(Self.root)/\(name)/\(file)", toPath: "\(path)/\(file)")
    }
    if name == "gemma2" { try change("config.json") { $0["query_pre_attn_scalar"] = 16 } }
    return path
  }

  private func change(_ file: String, _ body: (inout JSONObject) throws -> Void) throws {
    var object = try #require(
      JSONScanner.scan(bytes(at: folder.path("model/\(file)"))).object)
    try body(&object)
    try folder.write(JSONWriter.write(.object(object)), to: "model/\(file)")
  }

  private func partition(_ model: String, _ options: [String] = []) throws -> String {
    let file = folder.path("t.dmoe")
    try expectDone(
      ["partition", model, "-o", file, "--force", "--importance", "weights", "--experts", "4"]
        + options)
    return file
  }

  /// Counts, by the peer, the tensors equal to those of llama.cpp's converter, cut to the expert.
  private func agreeing(
    _ file: String, _ output: String, dense: String, _ expert: Int, _ type: String? = nil
  ) throws -> Int {
    let words = [Self.peer, Self.reference, file, output, dense, "\(expert)"]
    let told = try python(words + (type.map { [$0] } ?? []))
    return try #require(Int(String(decoding: told, as: UTF8.self).dropLast()))
  }

  @Test(arguments: FamilyFolders.encoders)
  func `an expert of an encoder is what llama.cpp's converter makes of it`(
    _ name: String
  ) throws {
    let file = try partition(try model(name))
    for expert in [1, 3] {
      let output = folder.path("e\(expert).gguf")
      try expectDone(export(file, "\(expert)", to: output))
      let dense = "\(Self.root)/\(name)/model.gguf"
      let count = try agreeing(file, output, dense: dense, expert)
      let valid = try expectDone(["validate", output, "--against", file])
      #expect(valid.contains("\(count) tensors") && valid.contains("identical"))
    }
  }

  @Test(arguments: folders)
  func `an expert of every family is what llama.cpp's converter makes of it`(
    _ name: String
  ) throws {
    let model = try model(name)
    let file = try partition(model)
    // Contexts are as short as the attention windows, which some architectures do not support.
    let text = [
      "--text", Fixture.heldOutText, "--max-tokens", "256", "--context", "16", "--json",
    ]
    let variants = try perplexities(["evaluate", file] + text)
    for expert in [1, 3] {
      let output = folder.path("e\(expert).gguf")
      let told = try document(export(file, "\(expert)", to: output) + ["--json"]).object
      #expect(told?["bytes"]?.int == (try bytes(at: output).count))
      let dense = "\(Self.root)/\(name)/model.gguf"
      let count = try agreeing(file, output, dense: dense, expert)
      let valid = try expectDone(["validate", output, "--against", file])
      #expect(valid.contains("\(count) tensors") && valid.contains("identical"))
      let plain = try perplexities(["evaluate", output] + text)
      let (found, expected) = (
        try #require(plain["dense"]), try #require(variants["expert-\(expert)"])
      )
      #expect(abs(found / expected - 1) < 1e-5)
    }
    // By weights alone, `validate` cannot distinguish the file of llama.cpp's converter from ours.
    for type in ["q8_0", "q4_0", "f16"] {
      let output = folder.path("\(type).gguf")
      try expectDone(export(file, "1", to: output) + ["--type", type])
      _ = try agreeing(
        file, output, dense: "\(Self.root)/\(name)/model.gguf", 1, type)
      try expectDone(["validate", output, "--against", file])
    }
  }

  /// Kinds of RoPE scaling; the families' fixtures have only two.
  static let scalings = [
    ("phi3", #"{"type": "longrope", "short_factor": [1, 1.5, 2], "long_factor": [2, 4, 8]}"#),
    ("qwen2", #"{"type": "yarn", "factor": 4, "original_max_position_embeddings": 32}"#),
    ("qwen3", #"{"rope_type": "yarn", "factor": 4, "attention_factor": 1.3}"#),
    ("mistral", #"{"type": "linear", "factor": 2.5}"#),
  ]

  @Test(arguments: scalings)
  func `positions are scaled as in the source`(_ name: String, _ scaling: String) throws {
    let model = try model(name)
    try change("config.json") {
      $0["rope_scaling"] = try JSONScanner.scan(Array(scaling.utf8))
      $0["original_max_position_embeddings"] = 32
      $0["sliding_window"] = .null
    }
    let file = try partition(model)
    let output = folder.path("out.gguf")
    try expectDone(export(file, "1", to: output))
    try expectDone(["validate", output, "--against", file])
    for context in ["16", "64"] {
      let text = [
        "--text", Fixture.heldOutText, "--max-tokens", "256", "--context", context, "--json",
      ]
      let plain = try #require(perplexities(["evaluate", output] + text)["dense"])
      let variant = try #require(perplexities(["evaluate", file] + text)["expert-1"])
      #expect(abs(plain / variant - 1) < 1e-5)
    }
  }

  @Test(arguments: ["f32", "f16", "bf16", "q8_0", "q4_0"])
  func `matrices have the type that is asked for`(_ type: String) throws {
    let file = try Fixture.converted().path
    let output = folder.path("out.gguf")
    let told = try expectDone(export(file, "50%", to: output) + ["--type", type])
    #expect(told.contains("expert 1 for llama.cpp (llama), 192 neurons a layer"))
    #expect(!told.contains("Note"))
    #expect(try agreeing(file, output, dense: Fixture.gguf(.bf16), 1, type) == 39)
    let valid = try expectDone(["validate", output, "--against", file])
    #expect(valid.contains("expert 1 in \(type.uppercased())"))
    let text = ["--text", Fixture.heldOutText, "--max-tokens", "600", "--json"]
    let variant = try #require(perplexities(["evaluate", file] + text)["expert-1"])
    let plain = try #require(perplexities(["evaluate", output] + text)["dense"])
    let tolerance = ["q8_0": 0.01, "q4_0": 0.1, "f16": 1e-3][type] ?? 1e-5
    #expect(abs(plain / variant - 1) < tolerance)
  }

  @Test func `of a source in GGUF all keys stay, and the full expert is the source`() throws {
    for source in [try Fixture.gguf(.bf16), try Fixture.gguf(.q40)] {
      let file = try partition(source)
      let dense = folder.path("dense.gguf")
      try expectDone(export(file, "dense", to: dense) + ["--force"])
      #expect(try agreeing(file, dense, dense: source, 3) == 39)
      try expectDone(["validate", dense, "--against", file])
      let output = folder.path("half.gguf")
      let told = try document(export(file, "1", to: output) + ["--json", "--force"]).object
      let notes = (told?["notes"]?.array ?? []).compactMap(\.string)
      let isQuantized = source != (try Fixture.gguf(.bf16))
      #expect(
        notes
          == (isQuantized
            ? [
              "blk.0.ffn_down.weight and 3 more as Q8_0: blocks of the source run across neurons"
            ] : []))
      try expectDone(["validate", output, "--against", file])
      if !isQuantized { #expect(try agreeing(file, output, dense: source, 1) == 39) }
      let text = ["--text", Fixture.heldOutText, "--max-tokens", "600", "--json"]
      let variant = try #require(perplexities(["evaluate", file] + text)["expert-1"])
      let plain = try #require(perplexities(["evaluate", output] + text)["dense"])
      #expect(abs(plain / variant - 1) < (isQuantized ? 0.01 : 1e-5))
      try expectDone(export(file, "1", to: folder.path("8.gguf")) + ["--type", "q8_0", "--force"])
      try expectDone(["validate", folder.path("8.gguf"), "--against", file])
    }
  }

  @Test(arguments: ["f16", "f32", "q8_0"])
  func `a down projection of another type is one that llama.cpp takes`(_ down: String) throws {
    let file = try partition(Fixture.gguf(.q40), ["--down", down])
    let text = ["--text", Fixture.heldOutText, "--max-tokens", "600", "--json"]
    let variants = try perplexities(["evaluate", file] + text)
    for expert in [1, 3] {
      let output = folder.path("\(expert).gguf")
      try expectDone(export(file, "\(expert)", to: output))
      try expectDone(["validate", output, "--against", file])
      let plain = try #require(perplexities(["evaluate", output] + text)["dense"])
      let variant = try #require(variants["expert-\(expert)"])
      #expect(abs(plain / variant - 1) < (down == "q8_0" ? 0.01 : 1e-4))
    }
  }

  @Test func `layers of different widths go out as deci, where the model is a LLaMA`() throws {
    let file = folder.path("mixed.dmoe")
    try expectDone(
      ["partition", Fixture.model, "-o", file, "--fractions", "auto", "--router", "none"]
        + ["--no-keep-tokens"] + Fixture.text)
    let output = folder.path("mixed.gguf")
    let told = try document(export(file, "0", to: output) + ["--json"]).object
    #expect(told?["architecture"]?.string == "deci")
    #expect(Set(told?["widths"]?.array?.compactMap(\.int) ?? []).count > 1)
    #expect(try agreeing(file, output, dense: Fixture.gguf(.bf16), 0) == 39)
    let valid = try expectDone(["validate", output, "--against", file])
    #expect(valid.contains("expert 0 in BF16 and F32: 39 tensors"))
    try expectDone(export(file, "dense", to: folder.path("dense.gguf")))
    #expect(try agreeing(file, folder.path("dense.gguf"), dense: Fixture.gguf(.bf16), 3) == 39)

    let source = folder.path("source.dmoe")
    try expectDone(
      [
        "partition", try Fixture.gguf(.bf16), "-o", source, "--fractions", "auto", "--router",
        "none", "--no-keep-tokens",
      ]
        + Fixture.text)
    let other = folder.path("other.gguf")
    try expectDone(export(source, "0", to: other))
    #expect(try agreeing(source, other, dense: Fixture.gguf(.bf16), 0) == 39)
    try expectDone(["validate", other, "--against", source])

    let qwen = folder.path("qwen.dmoe")
    try expectDone(
      ["partition", Self.root + "/qwen2", "-o", qwen, "--fractions", "auto", "--router", "none"]
        + Fixture.text)
    try expectRefused(
      export(qwen, "0", to: folder.path("x")), 65,
      ["differs between layers", "not for qwen2", "--fractions"], in: folder)
  }

  @Test func `parts, cut files and overlays give the experts that they have`() throws {
    let routed = try Fixture.routed().path
    let direct = folder.path("direct.gguf")
    try expectDone(export(routed, "2", to: direct))
    let part = folder.path("part.dmoe")
    try expectDone(["export", routed, "--format", "dmoe", "--expert", "3", "-o", part])
    let layout = try ContainerLayout(bytes(at: routed))
    let cut = try folder.write(
      Array(bytes(at: routed).prefix(layout.sections[4].upperBound)), to: "cut.dmoe")
    let names = try [part, cut].map { file in
      let output = folder.path("out.gguf")
      try expectDone(export(file, "2", to: output) + ["--force"])
      try expectDone(["validate", output, "--against", file])
      try expectRefused(export(file, "dense", to: folder.path("x")), 64, ["dense"], in: folder)
      return try bytes(at: output).count
    }
    #expect(names.count == 2)
    for (source, expert) in [(Fixture.model, 2), (try Fixture.gguf(.q40), 1)] {
      let overlay = folder.path("overlay.dmoe")
      try expectDone(
        ["partition", source, "-o", overlay, "--overlay", "--router", "none", "--force"]
          + ["--importance", "weights", "--experts", "4"])
      let output = folder.path("overlay.gguf")
      try expectRefused(
        export(overlay, "\(expert)", to: folder.path("x")), 64, ["--base MODEL"], in: folder)
      for expert in ["\(expert)", "dense"] {
        try expectDone(export(overlay, expert, to: output) + ["--base", source, "--force"])
        try expectDone(["validate", output, "--against", overlay, "--base", source])
      }
      try expectRefused(
        export(overlay, "1", to: source) + ["--base", source, "--force"], 73, [source], in: folder)
    }
  }

  /// Perplexity of every variant, by name.
  private func perplexities(_ arguments: [String]) throws -> [String: Double] {
    let variants = try document(arguments).object?["variants"]?.array ?? []
    return Dictionary(
      uniqueKeysWithValues: variants.compactMap { variant in
        guard let name = variant.object?["name"]?.string,
          let perplexity = variant.object?["perplexity"]?.double
        else { return nil }
        return (name, perplexity)
      })
  }
}
