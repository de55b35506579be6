import Foundation
import JSON
import Safetensors
import Tensors
import TestSupport
import Testing

/// Every family at the command line, and one described by a user.
@Suite struct FamilyTests {
  private static let root = FamilyFolders.root
  private static let reader = packageRoot.appending(path: "formats/reference/read_dmoe.py").path(
    percentEncoded: false)
  private static let text = ["--text", Fixture.calibrationText, "--max-tokens", "1024"]

  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func json(_ arguments: [String], status: Int32 = 0) throws -> JSONObject {
    let run = try dynamoe(arguments + ["--json"])
    #expect(run.status == status, "\(arguments): \(run.errors)")
    return try #require(JSONScanner.scan(Array(run.output.utf8)).object)
  }

  @Test(arguments: FamilyFolders.all)
  func `a checkpoint of the family becomes experts, and comes back bit for bit`(
    _ name: String
  ) throws {
    let model = Self.root + "/" + name
    let path = folder.path("t.dmoe")
    let inspection = try json(["inspect", model])
    let layers = inspection["ffn"]?.object?["layers"]?.int
    let converted = try json(["partition", model, "-o", path] + Self.text)
    #expect(converted["layers"]?.array?.count == layers)
    let validation = try json(["validate", path, "--against", model] + Self.text)
    let checks = (validation["checks"]?.array ?? []).compactMap(\.object)
    for id in ["source", "function", "routing"] {
      let check = checks.first { $0["id"]?.string == id }
      #expect(check?["status"]?.string == "passed", "\(id): \(check?["detail"]?.string ?? "none")")
    }
    #expect(validation["valid"]?.bool == true)
    // The independent reader fails if a bit differs.
    _ = try python([Self.reader, path, "--against", model])
    guard !FamilyFolders.encoders.contains(name) else { return }
    let figures = try json(["evaluate", path, "--variants", "dense"] + Self.text)
    let source = try json(["evaluate", model, "--variants", "dense"] + Self.text)
    func perplexity(_ document: JSONObject) throws -> Double {
      try #require(document["variants"]?.array?[0].object?["perplexity"]?.double)
    }
    let (found, expected) = (try perplexity(figures), try perplexity(source))
    #expect(abs(found / expected - 1) < 1e-4)
  }

  @Test(arguments: FamilyFolders.all)
  func `every export of the family is valid, and equal to its origin`(_ name: String) throws {
    let path = folder.path("t.dmoe")
    let model = Self.root + "/" + name
    _ = try json(["partition", model, "-o", path, "--importance", "weights", "--experts", "2"])
    for (form, expert) in [("hf", "0"), ("gguf", "0"), ("dmoe", "0"), ("hf", "dense")] {
      let output = folder.path("\(expert).\(form)")
      let words = ["export", path, "--format", form, "--expert", expert, "-o", output]
      let exported = try dynamoe(words)
      // GGUF cannot represent every family; some have one width in Transformers.
      if form == "gguf", exported.status == 65 { continue }
      if exported.status == 65, exported.errors.contains("follows from the hidden size") {
        continue
      }
      #expect(exported.status == 0, "\(words): \(exported.errors)")
      _ = try json(["inspect", output])
      let origin = form == "dmoe" ? [] : ["--against", path]
      #expect(try json(["validate", output] + origin)["valid"]?.bool == true, "\(words)")
    }
  }

  @Test(arguments: FamilyFolders.withGGUF)
  func `the same from GGUF, bit for bit`(_ name: String) throws {
    let model = Self.root + "/\(name)/model.gguf"
    let path = folder.path("t.dmoe")
    _ = try json(["partition", model, "-o", path, "--importance", "weights", "--experts", "4"])
    #expect(try json(["validate", path, "--against", model])["valid"]?.bool == true)
    _ = try python([Self.reader, path, "--against", model])
  }

  @Test func `an encoder has statistics and routers, and no perplexity`() throws {
    let model = Self.root + "/bert"
    let path = folder.path("t.dmoe")
    let calibrated = try dynamoe(["calibrate", model, "-o", folder.path("s")] + Self.text)
    #expect(calibrated.status == 0)
    let converted = try dynamoe(["partition", model, "-o", path] + Self.text)
    #expect(converted.status == 0 && converted.output.contains("predicts no next token"))
    #expect(try dynamoe(["show", path, "--text", Fixture.heldOutText]).status == 0)
    for subject in [model, path] {
      let evaluated = try dynamoe(["evaluate", subject] + Self.text)
      #expect(evaluated.status == 65 && evaluated.output.isEmpty)
      #expect(evaluated.errors.contains("perplexity is not defined"))
    }
  }

  @Test func `a model without an output projection has everything but perplexity`() throws {
    let model = folder.path("headless")
    try FileManager.default.copyItem(atPath: Self.root + "/mistral", toPath: model)
    let reader = try SafetensorsReader(path: model)
    let tensors = try reader.tensors.filter { $0.name.text != "lm_head.weight" }
      .map { ($0, try reader.read($0.name)) }
    try SafetensorsWriter.write(tensors, to: model + "/model.safetensors")
    let path = folder.path("t.dmoe")
    #expect(try dynamoe(["calibrate", model, "-o", folder.path("s")] + Self.text).status == 0)
    let converted = try dynamoe(["partition", model, "-o", path] + Self.text)
    #expect(converted.status == 0, "\(converted.errors)")
    #expect(converted.output.contains("the model has no output projection: it predicts no next"))
    #expect(try json(["validate", path, "--against", model] + Self.text)["valid"]?.bool == true)
    for subject in [model, path] {
      let evaluated = try dynamoe(["evaluate", subject] + Self.text)
      #expect(evaluated.status == 65 && evaluated.output.isEmpty)
      #expect(evaluated.errors.contains("there is no output projection, lm_head.weight"))
    }
    let exported = try dynamoe(
      ["export", path, "--format", "gguf", "--expert", "dense", "-o", folder.path("x.gguf")])
    #expect(exported.status == 65)
    #expect(exported.errors.contains("a model without an output projection cannot be"))
  }

  /// A LLaMA with other names, and the description of its family.
  private func described(_ description: String) throws -> (model: String, family: String) {
    let model = folder.path("mine")
    try FileManager.default.copyItem(atPath: Self.root + "/llama3", toPath: model)
    let config = try String(contentsOfFile: model + "/config.json", encoding: .utf8)
    try config.replacing("\"llama\"", with: "\"mine\"")
      .replacing("\"hidden_size\"", with: "\"width\"")
      .write(toFile: model + "/config.json", atomically: true, encoding: .utf8)
    try folder.write(Array(description.utf8), to: "mine.json")
    return (model, folder.path("mine.json"))
  }

  @Test func `a family that the user describes is used, and goes into the container`() throws {
    let (model, family) = try described(
      #"{"like": "llama", "name": "mine", "keys": {"hidden_size": "width"}}"#)
    let refused = try dynamoe(["partition", model, "-o", folder.path("x.dmoe")] + Self.text)
    #expect(refused.status == 65 && refused.errors.contains("unknown model_type \"mine\""))
    let path = folder.path("t.dmoe")
    _ = try json(["partition", model, "--family", family, "-o", path] + Self.text)
    try FileManager.default.removeItem(atPath: family)
    let own = try json(["evaluate", path, "--variants", "dense"] + Self.text)
    let known = try json(["evaluate", Self.root + "/llama3", "--variants", "dense"] + Self.text)
    let figures = try [own, known].map {
      try #require($0["variants"]?.array?[0].object?["perplexity"]?.double)
    }
    #expect(abs(figures[0] / figures[1] - 1) < 1e-4)
  }

  @Test func `a described family has no form with routers`() throws {
    let model = Self.root + "/llama3"
    func exported(_ names: String) throws -> ProgramRun {
      try folder.write(
        Array(#"{"like": "llama", "tensors": {"transformers": {"names": {\#(names)}}}}"#.utf8),
        to: "family.json")
      let path = folder.path("t.dmoe")
      _ = try json(
        ["partition", model, "--family", folder.path("family.json"), "-o", path, "--force"]
          + ["--importance", "weights", "--experts", "4"])
      return try dynamoe(["export", path, "--format", "hf", "-o", folder.path("out")])
    }
    // The exported Python would confuse gate with up.
    let place = "model.layers.{layer}.mlp."
    let swapped = try exported(
      #""gate": "\#(place)up_proj.weight", "up": "\#(place)gate_proj.weight""#)
    #expect(swapped.status == 65 && swapped.errors.contains("no form with routers"))
    #expect(!FileManager.default.fileExists(atPath: folder.path("out")))
    // Nothing else would apply the description.
    #expect(try exported(#""up": "\#(place)up_proj.weight""#).status == 65)
  }

  @Test func `a description in a folder is told of`() throws {
    let (model, family) = try described(
      #"{"like": "llama", "name": "mine", "keys": {"hidden_size": "width"}}"#)
    try FileManager.default.copyItem(atPath: family, toPath: model + "/dynamoe-family.json")
    let run = try dynamoe(["evaluate", model, "--variants", "dense"] + Self.text)
    let note = "dynamoe-family.json describes its family"
    #expect(run.status == 0 && run.notes.contains { $0.contains(note) })
  }

  /// Invalid descriptions, and the words expected in the errors.
  static let wrong: [(String, String)] = [
    ("{", "JSON"),
    ("[]", "expected an object"),
    (#"{"name": "mine"}"#, "like: expected a value"),
    (#"{"like": "mamba"}"#, "expected the name of a known family: llama, "),
    (#"{"like": "llama", "color": "red"}"#, "color: expected no such member"),
    (#"{"like": "llama", "keys": {"width": "w"}}"#, "keys.width: expected no such member"),
    (#"{"like": "llama", "norm": "batch"}"#, "norm: expected rms or layer"),
    (#"{"like": "llama", "tied_output": 1}"#, "tied_output: expected an object"),
    (
      #"{"like": "llama", "tensors": {"transformers": {"names": {"upper": "x"}}}}"#,
      "expected the role of a tensor"
    ),
    (#"{"like": "llama", "tensors": {"keras": {}}}"#, "expected layouts of transformers and gguf"),
  ]

  @Test(arguments: wrong)
  func `a description that means nothing is refused`(_ text: String, _ message: String) throws {
    let (model, family) = try described(text)
    let run = try dynamoe(
      ["partition", model, "--family", family, "--importance", "weights", "-o", folder.path("t")])
    #expect(run.status == 65 && run.output.isEmpty)
    #expect(run.errors.contains(message), "\(run.errors)")
    #expect(run.errors.contains("mine.json"), "\(run.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder.path("t")))
  }

  @Test func `an adapter and a mixture are called what they are`() throws {
    let adapter = folder.path("adapter")
    try FileManager.default.copyItem(atPath: Self.root + "/llama3", toPath: adapter)
    try FileManager.default.removeItem(atPath: adapter + "/config.json")
    try #"{"base_model_name_or_path": "org/base"}"#.write(
      toFile: adapter + "/adapter_config.json", atomically: true, encoding: .utf8)
    let run = try dynamoe(["calibrate", adapter, "-o", folder.path("s")] + Self.text)
    #expect(run.status == 65 && run.errors.contains("an adapter (LoRA or the like) of org/base"))

    let mixture = folder.path("mixture")
    try FileManager.default.copyItem(atPath: Self.root + "/mistral", toPath: mixture)
    let config = try String(contentsOfFile: mixture + "/config.json", encoding: .utf8)
    try config.replacing("\"mistral\"", with: "\"mixtral\", \"num_local_experts\": 8")
      .write(toFile: mixture + "/config.json", atomically: true, encoding: .utf8)
    let mixed = try dynamoe(["calibrate", mixture, "-o", folder.path("s")] + Self.text)
    #expect(mixed.status == 65 && mixed.errors.contains("a mixture of 8 experts already"))
  }
}
