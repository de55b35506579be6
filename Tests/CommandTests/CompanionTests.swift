import Foundation
import JSON
import TestSupport
import Testing

/// Files beside the weights, through a `.dmoe` and its exports.
@Suite struct CompanionTests {
  private static let kept = [
    "vocab.txt", "spiece.model", "sentencepiece.bpe.model", "tekken.json",
    "additional_chat_templates/rag.jinja", "additional_chat_templates/tool_use.jinja",
  ]

  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func convert(_ model: SmallModel) throws -> String {
    let path = try model.write(to: folder)
    let output = folder.path("t.dmoe")
    try expectDone(["partition", path, "--importance", "weights", "-o", output, "--force"])
    return output
  }

  private func export(_ file: String, _ more: [String]) throws -> String {
    let output = folder.path("out")
    try expectDone(["export", file, "--format", "hf", "-o", output, "--force"] + more)
    return output
  }

  @Test func `vocabularies and chat templates are in every export`() throws {
    for name in Self.kept { try folder.write(Array(name.utf8), to: "model/" + name) }
    try folder.write([1], to: "model/additional_chat_templates/notes.txt")
    let file = try convert(SmallModel())
    _ = try python([packageRoot.appending(path: "formats/reference/read_dmoe.py").path, file])
    // The second replaces the first, and its folder of templates.
    for more in [["--expert", "dense"], ["--expert", "0"], []] {
      let output = try export(file, more)
      for name in Self.kept {
        #expect(try bytes(at: output + "/" + name) == Array(name.utf8))
      }
      let templates = try FileManager.default.contentsOfDirectory(
        atPath: output + "/additional_chat_templates")
      #expect(templates.count == 2)
      try expectDone(["validate", output, "--against", file])
    }
    // A folder with other files in it is not replaced.
    try folder.write([1], to: "out/additional_chat_templates/mine.txt")
    let run = try dynamoe(["export", file, "--format", "hf", "-o", folder.path("out"), "--force"])
    #expect(run.status == 73 && run.errors.contains("additional_chat_templates/mine.txt"))
  }

  @Test func `no export names code that it does not hold`() throws {
    var model = SmallModel()
    model.config["auto_map"] = ["AutoConfig": "configuration_x.XConfig"]
    model.config["custom_pipelines"] = ["x": ["impl": "pipeline.X"]]
    let tokenizer = #"{"auto_map": {"AutoTokenizer": ["tokenization_x.X", null]}, "a": 1}"#
    try folder.write(Array(tokenizer.utf8), to: "model/tokenizer_config.json")
    try folder.write(Array("raise SystemExit".utf8), to: "model/configuration_x.py")
    let file = try convert(model)
    for more in [["--expert", "dense"], ["--expert", "0"], []] {
      let output = try export(file, more)
      let config = try #require(
        JSONScanner.scan(bytes(at: output + "/config.json")).object)
      #expect(config["custom_pipelines"] == nil)
      #expect((config["auto_map"] == nil) == !more.isEmpty)
      #expect(
        try JSONScanner.scan(bytes(at: output + "/tokenizer_config.json")) == ["a": 1])
      try expectDone(["validate", output, "--against", file])
    }
  }

  @Test func `references to code in a repository remain in plain exports`() throws {
    var model = SmallModel()
    let map: JSONValue = ["AutoConfig": "org/name--configuration_x.XConfig", "AutoModel": "m.X"]
    model.config["auto_map"] = map
    let output = try export(try convert(model), ["--expert", "0"])
    let config = try JSONScanner.scan(bytes(at: output + "/config.json"))
    #expect(
      config.object?["auto_map"] == ["AutoConfig": "org/name--configuration_x.XConfig"])
  }
}
