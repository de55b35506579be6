import Foundation
import JSON
import Safetensors
import TestSupport
import Testing

/// Export of experts whose width differs between layers.
@Suite struct DeciLMExportTests {
  private static let peer = packageRoot.appending(path: "Tests/CommandTests/decilm_peer.py").path
  private static let tensorPeer = packageRoot.appending(path: "Tests/CommandTests/export_peer.py")
    .path
  private static let reference = packageRoot.appending(path: "formats/reference").path

  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Converts a two-layer LLaMA, with few important neurons in the second layer; widths are
  /// multiples of 256.
  private func converted(_ change: (inout JSONObject) -> Void = { _ in }) throws -> String {
    var model = SmallModel(layers: 2, hidden: 12, neurons: 4096)
    change(&model.config)
    let source = try model.write(to: folder)
    let reader = try SafetensorsReader(path: source)
    let tensors = try reader.tensors.map { tensor in
      let bytes = try reader.read(tensor.name)
      guard tensor.name.text == "model.layers.1.mlp.down_proj.weight" else {
        return (tensor, bytes)
      }
      let values = stride(from: 0, to: bytes.count, by: 4).flatMap { place in
        let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[place + $1]) << UInt32(8 * $1) }
        let value = Float(bitPattern: bits) * exp(-Float(place / 4 % 4096) / 1500)
        return (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
      }
      return (tensor, values)
    }
    try SafetensorsWriter.write(tensors, to: source + "/model.safetensors")
    let file = folder.path("t.dmoe")
    try expectDone(
      ["partition", source, "-o", file, "--importance", "weights", "--fractions", "auto"]
        + ["--align", "256", "--force"])
    return file
  }

  private func export(_ file: String, _ expert: Int, to output: String) -> [String] {
    ["export", file, "--format", "hf", "--expert", "\(expert)", "-o", output, "--force"]
  }

  @Test func `it goes out as DeciLM, whose readers compute its widths`() throws {
    let file = try converted()
    let output = folder.path("out")
    for expert in 0..<3 {
      let told = try expectDone(export(file, expert, to: output) + ["--json"])
      let document = try #require(JSONScanner.scan(Array(told.utf8)).object)
      let widths = try #require(document["widths"]?.array).compactMap(\.int)
      #expect(Set(widths).count == 2 && document["intermediate_size"] == nil)
      let found = try python([Self.peer, file, output, "\(expert)"])
      #expect(
        String(decoding: found, as: UTF8.self) == widths.map(String.init).joined(separator: " ")
          + "\n")
      _ = try python([Self.tensorPeer, Self.reference, file, output, "\(expert)"])
      let valid = try expectDone(["validate", output, "--against", file])
      #expect(
        valid.contains(
          "export         expert \(expert), \(widths.min() ?? 0) to \(widths.max() ?? 0) neurons"))
      let card = String(decoding: try bytes(at: output + "/README.md"), as: UTF8.self)
      #expect(card.contains("DeciLM (Nemotron-NAS)") && !card.contains("library_name"))
      #expect(card.contains("convert_hf_to_gguf.py") && card.contains("of widths that differ"))
    }
    #expect(try expectDone(export(file, 1, to: output)).contains("expert 1 as DeciLM"))
    // The folder is a model of its own, with experts of its own.
    let again = folder.path("again.dmoe")
    try expectDone(
      ["partition", output, "-o", again, "--importance", "weights", "--fractions", "0.5,1"]
        + ["--align", "256"])
    try expectDone(["validate", again, "--against", output])
    let smaller = folder.path("smaller")
    try expectDone(export(again, 0, to: smaller))
    try expectDone(["validate", smaller, "--against", again])
    // The full expert equals the source.
    try expectDone(export(file, 3, to: output))
    try expectDone(["validate", file, "--against", output])
    #expect(
      try bytes(at: output + "/config.json") == bytes(at: folder.path("model/config.json")))
  }

  @Test func `newer keys of the rotation are said in the older way, too`() throws {
    let scaling: JSONValue = ["factor": 2, "rope_type": "linear"]
    let file = try converted {
      $0["rope_parameters"] = ["rope_theta": 500, "factor": 2, "rope_type": "linear"]
    }
    let output = folder.path("out")
    try expectDone(export(file, 0, to: output))
    let config = try #require(JSONScanner.scan(bytes(at: output + "/config.json")).object)
    #expect(config["rope_theta"]?.int == 500 && config["rope_scaling"] == scaling)
    _ = try python([Self.peer, file, output, "0"])
  }

  @Test func `a factor that was changed is found`() throws {
    let file = try converted()
    let output = folder.path("out")
    try expectDone(export(file, 0, to: output))
    let text = String(decoding: try bytes(at: output + "/config.json"), as: UTF8.self)
    let line = try #require(text.split(separator: "\n").first { $0.contains("ffn_mult") })
    for (factor, mention) in [("1.5", "the experts of the file"), ("\"1\"", "config.json")] {
      let changed = text.replacing(line, with: "\"ffn_mult\": \(factor),", maxReplacements: 1)
      try folder.write(Array(changed.utf8), to: "out/config.json")
      let run = try dynamoe(["validate", output, "--against", file])
      #expect(run.status == 1 && run.output.contains(mention), "\(run)")
    }
  }

  @Test func `what DeciLM cannot say is refused with the way out`() throws {
    let windowed = try converted {
      $0["model_type"] = "mistral"
      $0["sliding_window"] = 16
    }
    try expectRefused(
      export(windowed, 0, to: folder.path("x")), 65,
      ["differs between layers", "no attention windows", "leave out --expert"], in: folder)
  }
}
