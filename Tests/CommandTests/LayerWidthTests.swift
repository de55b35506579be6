import Foundation
import JSON
import TestSupport
import Testing

/// A model whose layers differ in width: an expert exported with the architecture `deci`.
@Suite struct LayerWidthTests {
  private static let peer = packageRoot.appending(path: "Tests/CommandTests/layer_costs_peer.py")
    .path
  private static let reference = packageRoot.appending(path: "formats/reference").path

  private let folder: TemporaryFolder
  private let model: String
  private static let text = ["--text", Fixture.calibrationText, "--max-tokens", "1024"]

  /// H of each layer.
  private let neurons: [Int]

  init() throws {
    folder = try TemporaryFolder()
    model = folder.path("model.gguf")
    let file = folder.path("source.dmoe")
    try expectDone(
      ["partition", Fixture.model, "-o", file, "--importance", "weights", "--fractions", "auto"]
        + ["--align", "1"])
    try expectDone(["export", file, "--format", "gguf", "--expert", "1", "-o", model])
    let ffn = try document(["inspect", model, "--json"]).object?["ffn"]?.object
    neurons = try #require(ffn?["intermediate_sizes"]?.array).compactMap(\.int)
    #expect(Set(neurons).count > 1 && ffn?["intermediate_size"] == .null)
  }

  private func partition(_ name: String, _ options: [String]) throws -> String {
    let path = folder.path(name + ".dmoe")
    try expectDone(["partition", model, "-o", path] + options)
    return path
  }

  private func peer(_ file: String) throws -> [Double] {
    let text = String(decoding: try python([Self.peer, Self.reference, file]), as: UTF8.self)
    return text.split(separator: " ").compactMap {
      Double($0.trimmingCharacters(in: .whitespacesAndNewlines))
    }
  }

  private func expectSame(_ file: String) throws {
    try expectDone(["validate", file, "--against", model])
    let read = try python([Self.reference + "/read_dmoe.py", file])
    #expect(
      String(decoding: read, as: UTF8.self).contains("complete: all 39 dense tensors rebuilt"))
  }

  @Test func `experts are shares of each layer, and every bit comes back`() throws {
    let file = try partition("t", ["--importance", "weights", "--experts", "3"])
    try expectSame(file)
    let ffn = try document(["inspect", file, "--json"]).object?["ffn"]?.object
    #expect(ffn?["intermediate_sizes"] == .array(neurons.map(JSONValue.int)))
    let report = try JSONScanner.scan(bytes(at: folder.path("t.report.json"))).object
    let source = report?["source"]?.object
    #expect(source?["intermediate_size"] == .null)
    #expect(source?["intermediate_sizes"] == .array(neurons.map(JSONValue.int)))
    let layers = try #require(report?["plan"]?.object?["layers"]?.array)
    for (layer, neurons) in zip(layers, neurons) {
      let widths = (1...3).map { (2 * $0 * neurons + 3) / 6 }
      #expect(layer.object?["widths"] == .array(widths.map(JSONValue.int)))
    }
    for expert in 0..<3 {
      let output = folder.path("\(expert).gguf")
      try expectDone(
        ["export", file, "--format", "gguf", "--expert", "\(expert)", "-o", output])
      try expectDone(["validate", output, "--against", file])
    }
    let dense = folder.path("dense.gguf")
    try expectDone(["export", file, "--format", "gguf", "--expert", "dense", "-o", dense])
    try expectDone(["validate", dense, "--against", file])
    // GGUF has no folder.
    try expectRefused(
      ["export", file, "--format", "hf", "-o", folder.path("x")], 65, [], in: folder)
  }

  @Test func `parts, prefixes and overlays hold as for other models`() throws {
    let file = try partition("t", ["--importance", "weights", "--experts", "3"])
    let part = folder.path("part.dmoe")
    try expectDone(["export", file, "--format", "dmoe", "--expert", "1", "-o", part])
    #expect(try expectDone(["validate", part]).contains("2 experts"))
    _ = try python([Self.reference + "/read_dmoe.py", part])
    let ends = try #require(
      document(["inspect", file, "--json"]).object?["experts"]?.array)
    let length = try #require(ends[0].object?["bytes"]?.int)
    try folder.write(Array(bytes(at: file).prefix(length)), to: "cut.dmoe")
    try expectDone(["validate", folder.path("cut.dmoe")])
    let overlay = try partition(
      "o", ["--importance", "weights", "--experts", "3", "--overlay"])
    try expectDone(["validate", overlay, "--base", model])
    _ = try python([Self.reference + "/read_dmoe.py", overlay])
  }

  @Test(arguments: ["dynamoe", "residual"])
  func `costs are shares of the parameters of all layers`(recipe: String) throws {
    let file = try partition(
      "t", ["--recipe", recipe, "--router", "linear", "--experts", "4"] + Self.text)
    try expectSame(file)
    let costs = try peer(file)
    let variants = try #require(
      document(
        ["evaluate", file, "--json", "--text", Fixture.heldOutText, "--max-tokens", "512"]
          + ["--variants", "dense,expert-0,expert-1,expert-3,routed@budget=0.5"]
      ).object?["variants"]?.array)
    let found = variants.compactMap { $0.object?["active_ffn_fraction"]?.double }
    let report = try JSONScanner.scan(bytes(at: folder.path("t.report.json"))).object
    let layers = try #require(report?["plan"]?.object?["layers"]?.array)
    let sums = (0..<4).map { expert in
      layers.reduce(0) { $0 + ($1.object?["widths"]?.array?[expert].int ?? 0) }
    }
    let all = Double(neurons.reduce(0, +))
    #expect(sums[3] == neurons.reduce(0, +) && found[0] == 1 && found[3] == 1)
    #expect(abs(found[1] - Double(sums[0]) / all) < 1e-12)
    #expect(abs(found[2] - Double(sums[1]) / all) < 1e-12)
    // Compensation costs parameters, the bare expert does not have it.
    #expect(costs.count == 6 && abs(costs[3] - 1) < 1e-12 && costs[5] == 1)
    #expect(abs(costs[0] - costs[4]) < 1e-12)
    #expect(recipe == "residual" ? costs[0] > found[1] : abs(costs[0] - found[1]) < 1e-12)
    let cost = try #require(variants[4].object?["cost_fraction"]?.double)
    #expect(abs(cost - 0.5) < 0.05)
  }

  @Test func `statistics have each layer's neurons`() throws {
    let statistics = folder.path("s.safetensors")
    try expectDone(["calibrate", model, "-o", statistics] + Self.text)
    let file = try partition(
      "t", ["--calibration", statistics, "--importance", "output", "--experts", "2"])
    try expectSame(file)
    try expectRefused(
      ["partition", Fixture.model, "-o", folder.path("x.dmoe"), "--calibration", statistics], 65,
      ["another model"], in: folder)
  }
}
