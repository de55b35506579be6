import Foundation
import JSON
import Safetensors
import Tensors
import TestSupport
import Testing

/// Export of experts as plain models for Transformers.
@Suite struct HFExportTests {
  private static let reference = packageRoot.appending(path: "formats/reference").path
  private static let peer = packageRoot.appending(path: "Tests/CommandTests/export_peer.py").path

  private let folder: TemporaryFolder
  private let routed: String

  init() throws {
    folder = try TemporaryFolder()
    routed = try Fixture.routed().path
  }

  private func export(_ file: String, _ expert: String, to output: String) -> [String] {
    ["export", file, "--format", "hf", "--expert", expert, "-o", output]
  }

  @Test func `an expert is a plain model with the figures of its variant`() throws {
    let evaluation = ["--text", Fixture.heldOutText, "--max-tokens", "600", "--json"]
    let variants = try perplexities(["evaluate", routed] + evaluation)
    for expert in [0, 3, 6] {
      let output = folder.path("e\(expert)")
      let told = try expectDone(export(routed, "\(expert)", to: output) + ["--json"])
      let document = try #require(JSONScanner.scan(Array(told.utf8)).object)
      #expect(document["expert"]?.int == expert)
      let width = try #require(document["intermediate_size"]?.int)
      #expect(
        try python([Self.peer, Self.reference, routed, output, "\(expert)"]) == Array("39\n".utf8))
      #expect(
        try Folder(output).names == [
          "README.md", "config.json", "generation_config.json", "model.safetensors",
          "tokenizer.json",
          "tokenizer_config.json",
        ])
      #expect(document["bytes"]?.int == (try Folder(output).bytes))
      // The configuration is unchanged, in the same order, except for one number.
      let source = try JSONScanner.scan(bytes(at: Fixture.model + "/config.json"))
      let found = try JSONScanner.scan(bytes(at: output + "/config.json"))
      var expected = try #require(source.object)
      expected["intermediate_size"] = .int(width)
      #expect(found == .object(expected))
      for name in ["tokenizer.json", "tokenizer_config.json", "generation_config.json"] {
        #expect(try bytes(at: output + "/" + name) == bytes(at: Fixture.model + "/" + name))
      }
      let plain = try perplexities(["evaluate", output] + evaluation)
      let (dense, variant) = (
        try #require(plain["dense"]), try #require(variants["expert-\(expert)"])
      )
      #expect(abs(dense / variant - 1) < 1e-5)
      let valid = try expectDone(["validate", output, "--against", routed])
      #expect(
        valid.contains("✓ export         expert \(expert), \(width) neurons a layer: 39 tensors"))
      let card = String(decoding: try bytes(at: output + "/README.md"), as: UTF8.self)
      #expect(card.contains("base_model: \"tiny-llama\""))
      #expect(card.contains("dynamoe export t.dmoe --format hf --expert \(expert) -o e\(expert)"))
      #expect(card.contains("| perplexity |"))
    }
  }

  @Test func `the full expert is the source again, byte for byte`() throws {
    let names = ["model.safetensors", "config.json", "tokenizer.json", "tokenizer_config.json"]
    for expert in ["dense", "7", "100%"] {
      try expectDone(export(routed, expert, to: folder.path("dense")) + ["--force"])
      for name in names {
        #expect(
          try bytes(at: folder.path("dense/\(name)")) == bytes(at: Fixture.model + "/\(name)"))
      }
    }
    try expectDone(["validate", folder.path("dense"), "--against", routed])
    // The export can serve as the source for `validate`.
    try expectDone(["validate", routed, "--against", folder.path("dense")])
  }

  @Test(arguments: [("500kB", 5), ("0.5 MB", 5), ("1GiB", 1), ("1", 39)])
  func `large models go into shards`(size: String, files: Int) throws {
    let output = folder.path("out")
    let told = try expectDone(export(routed, "dense", to: output) + ["--shard-size", size])
    let names = try Folder(output).names.filter { $0.hasSuffix(".safetensors") }
    #expect(names.count == files)
    #expect(told.contains("in \(files) files of weights") == (files > 1))
    #expect(try Folder(output).names.contains("model.safetensors.index.json") == (files > 1))
    #expect(try python([Self.peer, Self.reference, routed, output, "7"]) == Array("39\n".utf8))
    try expectDone(["validate", output, "--against", routed])
    // Shards of the replaced export are removed.
    try expectDone(export(routed, "2", to: output) + ["--force", "--shard-size", "1GB"])
    try expectDone(["validate", output, "--against", routed])
    #expect(try Folder(output).names.filter { $0.contains("safetensors") } == ["model.safetensors"])
  }

  @Test func `parts, cut files and overlays give the experts that they have`() throws {
    let direct = folder.path("direct")
    try expectDone(export(routed, "2", to: direct))
    let part = folder.path("part.dmoe")
    try expectDone(["export", routed, "--format", "dmoe", "--expert", "3", "-o", part])
    let layout = try ContainerLayout(bytes(at: routed))
    let cut = try folder.write(
      Array(bytes(at: routed).prefix(layout.sections[4].upperBound)), to: "cut.dmoe")
    let overlay = folder.path("overlay.dmoe")
    try expectDone(
      ["partition", Fixture.model, "-o", overlay, "--overlay", "--router", "none"] + Fixture.text)
    for (file, base) in [(part, []), (cut, []), (overlay, ["--base", Fixture.model])] {
      let output = folder.path("out")
      try expectDone(export(file, "2", to: output) + base + ["--force"])
      let isOverlay = !base.isEmpty
      if !isOverlay {
        #expect(
          try bytes(at: output + "/model.safetensors") == bytes(at: direct + "/model.safetensors"))
      }
      try expectDone(["validate", output, "--against", file] + base)
      if isOverlay {
        #expect(try dynamoe(["validate", output, "--against", file]).status == 1)
        try expectDone(export(file, "dense", to: output) + base + ["--force"])
        #expect(
          try bytes(at: output + "/model.safetensors")
            == bytes(at: Fixture.model + "/model.safetensors"))
      } else {
        try expectRefused(export(file, "dense", to: folder.path("x")), 64, ["dense"], in: folder)
      }
    }
    try expectRefused(export(overlay, "2", to: folder.path("x")), 64, ["--base MODEL"], in: folder)
    try expectRefused(
      export(overlay, "2", to: Fixture.model) + ["--base", Fixture.model, "--force"], 73,
      ["is the input"], in: folder)
  }

  @Test func `the card has the figures of the report, and of no other`() throws {
    let file = try folder.write(bytes(at: routed), to: "m.dmoe")
    let output = folder.path("out")
    func card(_ options: [String] = []) throws -> String {
      try expectDone(export(file, "3", to: output) + ["--force"] + options)
      return String(decoding: try bytes(at: output + "/README.md"), as: UTF8.self)
    }
    #expect(try card().contains("Its quality was not measured"))
    let report = try Fixture.routed().report
    let named = try card(["--report", report])
    #expect(named.contains("| perplexity |"))
    try folder.write(bytes(at: report), to: "m.report.json")
    #expect(try card() == named)
    let other = try Fixture.converted().report
    try expectRefused(
      export(file, "3", to: folder.path("x")) + ["--report", other], 65,
      ["the report of another conversion", "--report"], in: folder)
    try expectRefused(
      export(file, "3", to: folder.path("x")) + ["--report", folder.path("none")], 66, ["none"],
      in: folder)
    try folder.write(Array("{".utf8), to: "bad.json")
    try expectRefused(
      export(file, "3", to: folder.path("x")) + ["--report", folder.path("bad.json")], 65,
      ["expected a report of a conversion", ".report.json"], in: folder)
  }

  @Test func `licence and name are taken over from the source`() throws {
    var model = SmallModel()
    model.config["architectures"] = ["LlamaForCausalLM"]
    let place = "hub/models--org--name/snapshots/0123abcd"
    let source = try model.write(to: folder, place)
    try folder.write(
      Array("---\nlicense: llama3.2\n---\n# name\n\nA secret.".utf8), to: place + "/README.md")
    try folder.write(Array("The licence".utf8), to: place + "/LICENSE.txt")
    let file = folder.path("t.dmoe")
    try expectDone(
      ["partition", source, "-o", file, "--importance", "weights", "--experts", "2"])
    let output = folder.path("out")
    try expectDone(export(file, "0", to: output))
    let card = String(decoding: try bytes(at: output + "/README.md"), as: UTF8.self)
    #expect(card.contains("base_model: \"org/name\"\n# No base_model_relation"))
    #expect(card.contains("license: \"llama3.2\"") && !card.contains("secret"))
    #expect(card.contains("| calibration text | none |") && card.contains("was not measured"))
    #expect(try bytes(at: output + "/LICENSE.txt") == Array("The licence".utf8))
    try expectDone(["validate", output, "--against", file])
  }

  @Test func `what is no plain model is refused with the reason`() throws {
    let output = folder.path("out")
    try expectRefused(
      ["export", routed, "--format", "dmoe", "-o", output], 64, ["--expert"], in: folder)
    for option in [["--shard-size", "5GB"], ["--report", "x"]] {
      try expectRefused(
        ["export", routed, "--format", "dmoe", "--expert", "0", "-o", output] + option, 64,
        [option[0], "--format hf"], in: folder)
    }
    for size in ["0", "-1", "5XB", "", "GB", "1e3", "nan", "99999999999TB", "0.1B"] {
      let run = try dynamoe(export(routed, "0", to: output) + ["--shard-size", size])
      #expect(run.status == 64 && run.errors.contains("--shard-size"), "\(size)")
    }
    try expectRefused(export(routed, "42%", to: output), 64, ["no such expert"], in: folder)
    try expectRefused(export(Fixture.model, "0", to: output), 65, ["expected a .dmoe"], in: folder)
    let mixed = folder.path("mixed.dmoe")
    try expectDone(
      ["partition", Fixture.model, "-o", mixed, "--fractions", "auto", "--router", "none"]
        + Fixture.text)
    try expectRefused(
      export(mixed, "0", to: output), 65,
      ["differs between layers", "multiples of 256", "--align 256", "leave out --expert", "gguf"],
      in: folder)
    try expectDone(export(mixed, "dense", to: output))
    let gguf = try Fixture.gguf(.bf16)
    let container = folder.path("gguf.dmoe")
    try expectDone(["partition", gguf, "-o", container, "--importance", "weights"])
    try expectRefused(
      export(container, "0", to: folder.path("x")), 65, ["made from a GGUF file", "safetensors"],
      in: folder)
  }

  @Test func `only an earlier export is replaced, and only when forced`() throws {
    let output = folder.path("out")
    try expectDone(export(routed, "0", to: output))
    let before = try bytes(at: output + "/model.safetensors")
    try expectRefused(
      export(routed, "1", to: output), 73, [output, "already exists", "--force"], in: folder)
    try folder.write([1], to: "out/thesis.txt")
    try expectRefused(
      export(routed, "1", to: output) + ["--force"], 73, ["it holds thesis.txt"], in: folder)
    #expect(try bytes(at: output + "/model.safetensors") == before)
    try FileManager.default.removeItem(atPath: output + "/thesis.txt")
    try expectDone(export(routed, "1", to: output) + ["--force"])
    try expectDone(["validate", output, "--against", routed])
    let file = try folder.write([1], to: "file")
    try expectRefused(
      export(routed, "1", to: file) + ["--force"], 73, ["exists and is not a folder"], in: folder)
    try expectRefused(
      export(routed, "1", to: folder.path("none/out")), 73, ["there is no folder"], in: folder)
    let own = try folder.write(bytes(at: routed), to: "own/t.dmoe")
    try expectRefused(
      export(own, "1", to: folder.path("own")) + ["--force"], 73, ["is the input"], in: folder)
    #expect(try folder.names() == ["file", "out", "own"])
  }

  @Test func `a full disk is an error, and leaves nothing`() throws {
    let arguments = export(routed, "dense", to: folder.path("out")).map { "'\($0)'" }
    let limited = try run(
      "/bin/sh",
      ["-c", "ulimit -f 64; exec '\(programPath)' \(arguments.joined(separator: " "))"])
    #expect(limited.exited && limited.status == 74)
    #expect(limited.errors.contains("cannot be written"))
    #expect(try folder.names().isEmpty)
  }

  @Test func `interrupted, it leaves what was there`() throws {
    // Large enough to be interrupted.
    let model = try SmallModel(hidden: 256, vocabulary: 16_000).write(to: folder)
    let file = folder.path("t.dmoe")
    try expectDone(["partition", model, "-o", file, "--importance", "weights", "--experts", "2"])
    let output = folder.path("out")
    try expectDone(export(file, "0", to: output))
    let before = try folder.everything()
    let old = try bytes(at: output + "/model.safetensors")
    let process = Process()
    process.executableURL = URL(filePath: programPath)
    process.arguments = export(file, "dense", to: output) + ["--force", "--threads", "1"]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    while try !folder.names().contains(where: { $0.hasSuffix(".dynamoe-partial") }) {
      try #require(process.isRunning, "it was done before it could be interrupted")
      Thread.sleep(forTimeInterval: 0.0005)
    }
    process.interrupt()
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 130)
    #expect(try folder.everything() == before)
    #expect(try bytes(at: output + "/model.safetensors") == old)
  }

  /// Damage to an export, and the words expected from `validate`.
  @Test(arguments: [
    ("weights", "model.layers.0.mlp.down_proj.weight: differs from the expert, first at its byte"),
    ("shared", "model.embed_tokens.weight: differs from the expert"),
    ("config", "config.json differs from the source's in more than the width"),
    ("width", "its layers have 100 neurons; the experts of the file have 96, 192, 288, 384"),
    ("tokenizer", "tokenizer.json differs from the source's"),
    ("no tokenizer", "tokenizer_config.json differs from the source's"),
    ("extra", "the tensor extra is not in the file"),
  ])
  func `a folder that is not the expert is not valid`(what: String, mention: String) throws {
    let file = try Fixture.converted().path
    let output = folder.path("out")
    try expectDone(export(file, "1", to: output))
    var config = try #require(JSONScanner.scan(bytes(at: output + "/config.json")).object)
    let reader = try SafetensorsReader(path: output)
    var tensors = try reader.tensors.map { ($0, try reader.read($0.name)) }
    func place(_ name: String) throws -> Int {
      try #require(tensors.firstIndex { $0.0.name.text == name })
    }
    switch what {
    case "weights": tensors[try place("model.layers.0.mlp.down_proj.weight")].1[777] ^= 1
    case "shared": tensors[try place("model.embed_tokens.weight")].1[0] ^= 128
    case "config": config["rope_theta"] = 10_001
    case "extra":
      tensors.append((try #require(.init(name: "extra", elementType: .u8, shape: [1])), [1]))
    case "width":
      config["intermediate_size"] = 100
      for index in tensors.indices {
        let shape = tensors[index].0.shape.map { $0 == 192 ? 100 : $0 }
        let tensor = try #require(
          TensorDescription(name: tensors[index].0.name, elementType: .bf16, shape: shape))
        tensors[index] = (tensor, Array(tensors[index].1.prefix(tensor.byteCount)))
      }
    case "tokenizer":
      let path = output + "/tokenizer.json"
      try folder.write(bytes(at: path) + [0x20], to: "out/tokenizer.json")
    default: try FileManager.default.removeItem(atPath: output + "/tokenizer_config.json")
    }
    try folder.write(JSONWriter.write(.object(config)), to: "out/config.json")
    try SafetensorsWriter.write(tensors, to: output + "/model.safetensors")
    let run = try dynamoe(["validate", output, "--against", file])
    #expect(run.status == 1 && run.output.contains("✗ export         \(mention)"), "\(run)")
  }

  private func perplexities(_ arguments: [String]) throws -> [String: Double] {
    let run = try dynamoe(arguments)
    let document = try JSONScanner.scan(Array(run.output.utf8))
    return try Dictionary(
      uniqueKeysWithValues: #require(document.object?["variants"]?.array, "\(run)").map {
        (
          try #require($0.object?["name"]?.string), try #require($0.object?["perplexity"]?.double)
        )
      })
  }
}

/// Names and contents of the files in a folder.
private struct Folder {
  let names: [String]
  let bytes: Int

  init(_ path: String) throws {
    names = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    bytes = try names.reduce(0) { try $0 + TestSupport.bytes(at: path + "/" + $1).count }
  }
}
