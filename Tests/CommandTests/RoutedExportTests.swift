import Foundation
import JSON
import Safetensors
import Tensors
import TestSupport
import Testing

/// Export of all experts with their routers for Transformers.
@Suite struct RoutedExportTests {
  private static let reference = packageRoot.appending(path: "formats/reference").path
  private static let peer = packageRoot.appending(path: "Tests/CommandTests/routed_export_peer.py")
    .path
  private static let families = packageRoot.appending(path: "fixtures/families").path(
    percentEncoded: false)
  private static let code = ["configuration_dynamoe.py", "modeling_dynamoe.py"]

  private let folder: TemporaryFolder
  private let routed: String

  init() throws {
    folder = try TemporaryFolder()
    routed = try Fixture.routed().path
  }

  private func export(_ file: String, to output: String) -> [String] {
    ["export", file, "--format", "hf", "-o", output]
  }

  /// Compares a folder with its file by the independent reader: the number of equal tensors, and
  /// the number of those that the source does not have.
  private func expectSame(_ output: String, as file: String) throws -> [Int] {
    let told = try python([Self.peer, Self.reference, file, output])
    return String(decoding: told, as: UTF8.self).split(whereSeparator: \.isWhitespace)
      .compactMap { Int($0) }
  }

  @Test func `all experts go out with routers, compensation and code`() throws {
    let output = folder.path("out")
    let told = try expectDone(export(routed, to: output) + ["--json"])
    let document = try #require(JSONScanner.scan(Array(told.utf8)).object)
    #expect(document["expert"] == .null && document["experts"]?.int == 8)
    #expect(document["routers"] == true && document["intermediate_size"]?.int == 384)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: output).sorted() == [
        "README.md", "config.json", Self.code[0], "families_dynamoe.py", "finetune.py",
        "generation_config.json",
        "model.safetensors", Self.code[1], "tokenizer.json", "tokenizer_config.json",
      ])
    // Per layer: one permutation, four router tensors, three per partial expert, and for skipping two
    // per expert and three per partial one.
    let added = 4 * (1 + 4 + 7 * 3 + 8 * 2 + 7 * 3)
    #expect(try expectSame(output, as: routed) == [39 + added, added])
    let valid = try expectDone(["validate", output, "--against", routed])
    #expect(valid.contains("✓ export         all 8 experts: \(39 + added) tensors"))
    #expect(
      valid.contains("✓ routed         8 experts in each of 4 layers, mlp routers, compensation"))
    #expect(valid.contains(", skipping; the code is that of this version"))
    #expect(valid.contains("✓ configuration  llama, 39 tensors as required"))
    try expectDone(["validate", output])
    let card = String(decoding: try bytes(at: output + "/README.md"), as: UTF8.self)
    #expect(card.contains("library_name: transformers") && card.contains("- custom_code"))
    #expect(card.contains("trust_remote_code=True") && card.contains("| `budget=0.5` |"))
    #expect(card.contains("dynamoe export t.dmoe --format hf -o out"))
  }

  @Test func `recipes, kinds of routers and shards make no difference`() throws {
    let options: [(String, [String])] = [
      ("similarity", ["--recipe", "dynamoe", "--router", "linear"]),
      ("bare", ["--compensation-rank", "0", "--router", "linear"]),
      ("open", ["--skip", "none"]),
      ("none", ["--router", "none"]),
      ("auto", ["--fractions", "auto", "--recipe", "dynamoe"]),
    ]
    for (name, options) in options {
      let file = folder.path(name + ".dmoe")
      try expectDone(["partition", Fixture.model, "-o", file] + options + Fixture.text)
      let output = folder.path(name)
      try expectDone(export(file, to: output) + ["--shard-size", "300kB"])
      let counts = try expectSame(output, as: file)
      #expect(counts.count == 2 && counts[0] - counts[1] == 39)
      try expectDone(["validate", output, "--against", file])
      let card = String(decoding: try bytes(at: output + "/README.md"), as: UTF8.self)
      #expect(card.contains("threshold=") == (name == "similarity" || name == "auto"))
      #expect(card.contains("| `budget=") == (name != "none"))
      #expect(card.contains("there are no routers") == (name == "none"))
    }
  }

  @Test(
    arguments: [
      ("code", "modeling_dynamoe.py differs from the one", "modeling_dynamoe.py differs"),
      ("no code", "modeling_dynamoe.py is missing", "modeling_dynamoe.py differs"),
      ("source", "configuration_dynamoe.py differs from", "configuration_dynamoe.py differs"),
      ("families", "families_dynamoe.py differs from", "families_dynamoe.py differs"),
      ("permutation", "does not contain every neuron once", "experts.permutation: differs"),
      ("missing", "experts.router.first.bias is missing", "experts.router.first.bias is missing"),
      ("extra", "config.json describes no tensor model", "experts.extra is not in the file"),
      ("widths", "describes experts of another model", "more than the description of the experts"),
      ("budgets", "are not strictly monotone", "more than the description of the experts"),
      ("window", "describes experts of another model", "more than the description of the experts"),
      ("scale", "skipping.2.scale: expected finite numbers", "skipping.2.scale: differs"),
      ("cost", "skipping.2.cost: expected finite numbers", "skipping.2.cost: differs"),
      ("skipping", "config.json describes no tensor model", "more than the description"),
      ("kind", "dynamoe.router.kind: expected mlp or linear", "more than the description"),
      ("router", nil, "router.second.weight: differs from the expert,"),
      ("neurons", nil, "mlp.up_proj.weight: differs from the expert,"),
    ] as [(String, String?, String)])
  func `a folder that was changed is not valid`(
    what: String, alone: String?, against: String
  ) throws {
    let output = folder.path("out")
    try expectDone(export(routed, to: output))
    var config = try #require(JSONScanner.scan(bytes(at: output + "/config.json")).object)
    var form = try #require(config["dynamoe"]?.object)
    let reader = try SafetensorsReader(path: output)
    var tensors = try reader.tensors.map { ($0, try reader.read($0.name)) }
    let place = "model.layers.1.mlp."
    func index(_ name: String) throws -> Int {
      try #require(tensors.firstIndex { $0.0.name.text == place + name })
    }
    func change(_ name: String, _ old: String, _ new: String) throws {
      let text = String(decoding: try bytes(at: output + "/" + name), as: UTF8.self)
      try #require(text.contains(old))
      try folder.write(Array(text.replacing(old, with: new).utf8), to: "out/" + name)
    }
    switch what {
    case "code": try change(Self.code[1], "import torch\n", "import os, torch\n")
    case "no code": try FileManager.default.removeItem(atPath: output + "/" + Self.code[1])
    case "families": try change("families_dynamoe.py", "\"up_proj\"", "\"gate_proj\"")
    case "source": try change(Self.code[0], "\"llama\"", "\"mistral\"")
    case "permutation":
      let number = try index("experts.permutation")
      tensors[number].1.replaceSubrange(0..<4, with: tensors[number].1[4..<8])
    case "missing": tensors.remove(at: try index("experts.router.first.bias"))
    case "extra":
      let name = TensorName(place + "experts.extra")
      tensors.append((try #require(.init(name: name, elementType: .u8, shape: [1])), [1]))
    case "widths":
      let widths = form["widths"]?.array?.map { layer in
        JSONValue.array(Array((layer.array ?? []).dropLast()) + [.int(383)])
      }
      form["widths"] = widths.map(JSONValue.array)
    case "budgets":
      form["budgets"] = [
        "table": [[2, 2, 2], [1, 1, 1]], "ends": [1, 1], "window": [],
      ]
    case "window": form["budgets"] = ["table": [], "ends": [1, 1]]
    case "scale", "cost":
      // The sign of the first number.
      let number = try index("experts.skipping.2.\(what)")
      tensors[number].1[what == "scale" ? 3 : 7] ^= 0x80
    case "skipping":
      form["skipping"] = .null
      form["budgets"] = .null
    case "kind": form["router"] = ["kind": "oracle", "predicts": "log_error"]
    case "router": tensors[try index("experts.router.second.weight")].1[5] ^= 1
    default: tensors[try index("up_proj.weight")].1[77] ^= 1
    }
    config["dynamoe"] = .object(form)
    try folder.write(JSONWriter.write(.object(config)), to: "out/config.json")
    try SafetensorsWriter.write(tensors, to: output + "/model.safetensors")
    let own = try dynamoe(["validate", output])
    #expect(own.status == (alone == nil ? 0 : 1), "\(own)")
    #expect(own.output.contains(alone.map { _ in "✗ routed " } ?? "✓ routed "), "\(own)")
    #expect(own.output.contains(alone ?? ": valid"), "\(own)")
    let held = try dynamoe(["validate", output, "--against", routed])
    #expect(held.status == 1 && held.output.contains("✗ export "), "\(held)")
    #expect(held.output.contains(against), "\(held)")
  }
}
