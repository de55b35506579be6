import Foundation
import JSON
import Safetensors
import TestSupport
import Testing

/// Import of routed folders, also after fine-tuning.
@Suite struct ImportTests {
  private static let reference = packageRoot.appending(path: "formats/reference").path
  private static let commands = packageRoot.appending(path: "Tests/CommandTests")

  private let folder: TemporaryFolder
  private let routed: String

  init() throws {
    folder = try TemporaryFolder()
    routed = try Fixture.routed().path
  }

  /// A routed folder of a container, written by an independent script, with changes.
  private func made(_ container: String, _ name: String, _ changes: String...) throws -> String {
    _ = try python(
      [Self.commands.appending(path: "routed_folder.py").path, Self.reference, container]
        + [folder.path(name)] + changes)
    return folder.path(name)
  }

  private func imported(_ path: String, _ options: [String] = []) throws -> String {
    let output = folder.path("i.dmoe")
    try expectDone(["import", path, "-o", output, "--force"] + options)
    try expectDone(["validate", output])
    return output
  }

  /// The peer's comparison of two containers.
  private func compared(_ first: String, _ second: String, _ tuned: String? = nil) throws -> String
  {
    let peer = Self.commands.appending(path: "import_peer.py").path
    let told = try python([peer, Self.reference, first, second] + (tuned.map { [$0] } ?? []))
    return String(decoding: told, as: UTF8.self)
  }

  /// All figures except times.
  private func figures(_ container: String) throws -> [JSONObject] {
    let told = try expectDone(
      ["evaluate", container, "--text", Fixture.heldOutText, "--max-tokens", "600", "--json"])
    let document = try JSONScanner.scan(Array(told.utf8))
    return try #require(document.object?["variants"]?.array).map { variant in
      var variant = try #require(variant.object)
      for member in variant.members where member.name.contains("per_second") {
        variant[member.name] = nil
      }
      return variant
    }
  }

  @Test(arguments: [[], ["resaved"]])
  func `what was not tuned comes back as it was`(changes: [String]) throws {
    let path = folder.path("routed")
    _ = try python(
      [Self.commands.appending(path: "routed_folder.py").path, Self.reference, routed, path]
        + changes)
    for compression in ["lossless", "none"] {
      let output = try imported(path, ["--compression", compression])
      let rings = compression == "lossless" ? 8 : 0
      #expect(try compared(routed, output).hasSuffix(" \(rings)\n"))
      try expectDone(["validate", output, "--against", Fixture.model])
    }
    let output = try imported(path)
    let figures = try figures(output)
    #expect(try figures == self.figures(routed))
    #expect(figures.contains { $0["name"]?.string == "oracle@budget=0.5" })
    #expect(try bytes(at: output) == bytes(at: imported(path, ["--threads", "1"])))
  }

  @Test func `our own export comes back, and what is in it`() throws {
    let path = folder.path("routed")
    try expectDone(["export", routed, "--format", "hf", "-o", path, "--shard-size", "500kB"])
    let output = try imported(path)
    #expect(try compared(routed, output).hasSuffix(" 8\n"))
    try expectDone(["validate", output, "--against", Fixture.model])
    // Exporting the imported container gives the same folder.
    let again = folder.path("again")
    try expectDone(
      ["export", output, "--format", "hf", "-o", again, "--shard-size", "500kB"])
    for name in try FileManager.default.contentsOfDirectory(atPath: path)
    where name != "README.md" && name != "config.json" {
      #expect(try bytes(at: again + "/" + name) == bytes(at: path + "/" + name), "\(name)")
    }
    let documents = try [path, again].map { try JSONScanner.scan(bytes(at: $0 + "/config.json")) }
    #expect(documents[0] == documents[1])
  }

  @Test func `what was tuned has the new weights in the order of the source`() throws {
    let path = try made(routed, "tuned", "tuned")
    try folder.write(Array("---\nlicense: mit\n---\n".utf8), to: "tuned/README.md")
    let output = try imported(path)
    #expect(try compared(routed, output, path) == "39\n")
    let dense = folder.path("dense")
    try expectDone(["export", output, "--format", "hf", "--expert", "dense", "-o", dense])
    try expectDone(["validate", output, "--against", dense])
    // The licence on the model card survives the round trip.
    let card = String(decoding: try bytes(at: dense + "/README.md"), as: UTF8.self)
    #expect(card.contains("license: \"mit\""))
    #expect(try dynamoe(["validate", output, "--against", Fixture.model]).status == 1)
    // The export is also a valid checkpoint of its family.
    try expectDone(["validate", dense])
  }

  @Test func `without routers, and without an order, the experts are there`() throws {
    let plain = try Fixture.converted().path
    #expect(try compared(plain, imported(made(plain, "plain"))).hasSuffix(" 4\n"))
    let output = try imported(made(routed, "unordered", "unordered"))
    #expect(try dynamoe(["validate", output, "--against", Fixture.model]).status == 1)
    let (own, others) = (try figures(output), try figures(routed))
    for (own, other) in zip(own, others) {
      let ratio = try #require(own["perplexity"]?.double) / #require(other["perplexity"]?.double)
      #expect(abs(ratio - 1) < 1e-4)
    }
  }

  @Test(arguments: ["gpt2", "phi3", "opt", "gpt_neox", "gemma2", "starcoder2", "olmo2"])
  func `every form of weights comes back`(family: String) throws {
    let source = packageRoot.appending(path: "fixtures/families/\(family)").path
    let container = folder.path("f.dmoe")
    try expectDone(
      ["partition", source, "-o", container, "--importance", "weights", "--experts", "2"])
    let output = try imported(made(container, "folder"))
    #expect(try compared(container, output).hasSuffix(" 2\n"))
    try expectDone(["validate", output, "--against", source])
  }

  @Test func `the result is told, and only a force replaces`() throws {
    let path = try made(routed, "routed")
    let output = folder.path("t.dmoe")
    let told = try expectDone(["import", path, "-o", output, "--json"])
    let document = try #require(JSONScanner.scan(Array(told.utf8)).object)
    #expect(document["output"]?.string == output && document["router"]?.string == "mlp")
    #expect(document["bytes"]?.int == (try bytes(at: output).count))
    #expect(document["experts"]?.int == 8 && document["layers"]?.array?.count == 4)
    let before = try bytes(at: output)
    try expectRefused(["import", path, "-o", output], 73, [output, "--force"], in: folder)
    try expectRefused(
      ["import", path, "-o", path + "/model.safetensors", "--force"], 73, ["is the input"],
      in: folder)
    let text = try expectDone(["import", path, "-o", output, "--force"])
    #expect(text.contains("8 experts in 4 layers, mlp routers"))
    #expect(try bytes(at: output) == before)
  }

  @Test func `a full disk is an error, and leaves nothing`() throws {
    let path = try made(routed, "routed")
    let limited = try run(
      "/bin/sh",
      ["-c", "ulimit -f 64; exec '\(programPath)' import '\(path)' -o '\(folder.path("x.dmoe"))'"])
    #expect(limited.exited && limited.status == 74)
    #expect(try folder.names() == ["routed"])
  }

  /// Damage to a folder, and the words expected in the error.
  @Test(arguments: [
    ("plain", "expected an exported folder with routers"),
    ("version", "dynamoe.version: expected a whole number, at least 1 and at most 1, found 2"),
    ("no version", "dynamoe.version: expected a value, found nothing"),
    ("source", "model_type: expected \"dynamoe_mistral\", found \"dynamoe_llama\""),
    ("family", "dynamoe.family: expected \"llama\", found \"gemma\""),
    ("widths", "dynamoe.widths[1]: expected increasing widths, equal in number and"),
    ("few widths", "a router width for each of 3 layers"),
    ("uneven widths", "dynamoe.widths[1]: expected increasing widths, equal in number"),
    ("falling widths", "dynamoe.widths[0]: expected increasing widths, equal in number"),
    ("one expert", "dynamoe.router: expected null"),
    ("fewer experts", "experts.router.second.bias: the configuration requires the shape [6]"),
    ("huge width", "dynamoe.widths[0][7]: expected a whole number"),
    ("no widths", "a router width for each of 0 layers"),
    ("wide", "dynamoe.widths[0]: expected widths up to 384, the neurons of a layer"),
    ("router", "model.layers.1.mlp.experts.router.second.weight, which is missing"),
    ("router kind", "dynamoe.router.kind: expected mlp or linear, found \"tree\""),
    ("predicts", "dynamoe.router.predicts: expected similarity or log_error, found \"luck\""),
    ("hidden", "model.layers.2.mlp.experts.router.first.bias: the configuration requires"),
    ("huge hidden", "dynamoe.router.hidden[0]: expected a whole number"),
    ("few hidden", "a router width for each of 4 layers"),
    ("no router", "dynamoe.budgets: expected null, as there are no routers"),
    ("rank", "the configuration requires the shape [5, 128]"),
    ("huge rank", "dynamoe.compensation.rank: expected a whole number"),
    ("no compensation", "describes no such tensor of experts or routers"),
    ("stray", "experts.router.third.weight: config.json describes no such tensor"),
    ("nan", "layer 2: expected finite numbers in model.layers.2.mlp.experts.router.first.weight"),
    ("infinite bias", "finite numbers in model.layers.0.mlp.experts.compensation.1.second.bias"),
    ("overflow", "finite numbers in model.layers.0.mlp.experts.compensation.1.first.weight"),
    ("integer router", "experts.router.first.bias: expected floating-point"),
    ("twice", "experts.permutation: expected every neuron once"),
    ("negative", "found -1 at rank 5"),
    ("far", "found 384 at rank 5"),
    ("float order", "experts.permutation: expected every neuron once, as I32 indices"),
    ("short order", "experts.permutation: the configuration requires the shape [384]"),
    ("one unordered", "experts.permutation, which is missing"),
    ("weights", "model.layers.1.mlp.up_proj.weight, which is missing"),
    ("budgets", "expected budgets with increasing costs"),
    ("prices", "expected budgets with increasing costs"),
    ("short row", "dynamoe.budgets.table[1]: expected a cost and two knobs"),
    ("ends", "dynamoe.budgets.ends: expected the costs of the smallest expert"),
    ("text in budgets", "dynamoe.budgets.table[0]: expected a cost and two knobs"),
    ("skipping without routers", "dynamoe.skipping: expected null, as there are no routers"),
    ("skipping by similarity", "predicts: expected log_error, as skipping needs a price"),
    ("no skipping", "describes no such tensor of experts or routers"),
    ("some skipping", "dynamoe.skipping: expected true or false, found 1"),
    ("negative scale", "layer 1: model.layers.1.mlp.experts.skipping.3.scale: expected finite"),
    ("nan scale", "layer 1: model.layers.1.mlp.experts.skipping.3.scale: expected finite"),
    ("infinite cost", "layer 2: model.layers.2.mlp.experts.skipping.7.cost: expected finite"),
    ("integer cost", "experts.skipping.7.cost: expected floating-point"),
    ("few costs", "experts.skipping.0.cost: the configuration requires the shape [25], found [24]"),
    ("few scales", "experts.skipping.1.scale: the configuration requires the shape"),
    ("no window", "dynamoe.budgets.window: expected rows, as experts skip neurons"),
    ("few sensitivities", "dynamoe.sensitivities: expected a number above 0 for each of 4 layers"),
    ("no sensitivity", "dynamoe.sensitivities: expected a number above 0 for each of 4 layers"),
    (
      "sensitivities without routers", "dynamoe.sensitivities: expected null, as no routers predict"
    ),
    ("window without skipping", "dynamoe.budgets.window: expected nothing, as experts skip no"),
    ("window row", "dynamoe.budgets.window[1]: expected a cost and a price"),
    ("rising window", "expected budgets with increasing costs"),
  ])
  func `a folder that does not fit together is refused`(what: String, mention: String) throws {
    let path = try made(routed, "spoilt", what)
    try expectRefused(
      ["import", path, "-o", folder.path("x.dmoe")], 65, [path, mention], in: folder)
  }

  @Test func `what is no folder of ours is refused by what it is`() throws {
    let output = ["-o", folder.path("x.dmoe")]
    let gguf = try Fixture.gguf(.bf16)
    for (path, found) in [
      (routed, "found a .dmoe"), (gguf, "found a GGUF file"),
      (Fixture.model, "found a plain checkpoint"),
    ] {
      try expectRefused(
        ["import", path] + output, 65, [path, found, "export --format hf", "dynamoe partition"],
        in: folder)
    }
    try expectRefused(["import", folder.path("none")] + output, 66, ["none"], in: folder)
    let path = try made(routed, "routed")
    try expectRefused(
      ["import", path, "-o", folder.path("none/x.dmoe")], 73, ["there is no folder"], in: folder)
    #expect(try dynamoe(["import", path]).status == 64)
    try FileManager.default.removeItem(atPath: path + "/config.json")
    try expectRefused(["import", path] + output, 65, ["no config.json"], in: folder)
    try folder.write(Array("{".utf8), to: "routed/config.json")
    try expectRefused(["import", path] + output, 65, ["config.json"], in: folder)
  }

  @Test func `other commands say what it is, and what takes it`() throws {
    let path = try made(routed, "routed")
    let mentions = [path, "an export with routers", "dynamoe import"]
    for command in [
      ["partition", path, "-o", folder.path("x.dmoe")] + Fixture.text,
      ["evaluate", path, "--text", Fixture.heldOutText],
      ["calibrate", path, "--text", Fixture.heldOutText, "-o", folder.path("x.stats")],
    ] {
      try expectRefused(command, 65, mentions, in: folder)
    }
    let inspected = try dynamoe(["inspect", path])
    #expect(inspected.status == 0 && inspected.output.contains("dynamoe_llama"))
    #expect(inspected.output.contains("dynamoe import"))
  }
}
