import Foundation
import JSON
import Safetensors
import Tensors
import TestSupport
import Testing

/// What `validate` says of files beside the weights, and of tensors that nothing reads.
@Suite struct SourceFilesTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func copy(_ family: String) throws -> String {
    let model = folder.path(family)
    try FileManager.default.copyItem(atPath: FamilyFolders.root + family, toPath: model)
    return model
  }

  private func partition(_ model: String) throws -> String {
    let file = folder.path("t.dmoe")
    let run = try dynamoe(
      ["partition", model, "-o", file, "--importance", "weights", "--experts", "2", "--force"])
    #expect(run.status == 0, "\(run.errors)")
    return file
  }

  private func change(_ path: String, _ body: (inout JSONObject) -> Void) throws {
    var object = try #require(JSONScanner.scan(bytes(at: path), as: .python).object)
    body(&object)
    try Data(JSONWriter.write(.object(object))).write(to: URL(filePath: path))
  }

  @Test func `a file that differs from the source's is named`() throws {
    let model = try copy("/llama3")
    let file = try partition(model)
    func checked() throws -> ProgramRun { try dynamoe(["validate", file, "--against", model]) }
    #expect(try checked().status == 0)
    // The same values in another layout are the same.
    try change(model + "/config.json") { _ in }
    #expect(try checked().status == 0)
    try change(model + "/config.json") { $0["rms_norm_eps"] = .double(0.1) }
    var run = try checked()
    #expect(run.status == 1 && run.output.contains("config.json differs from the source's"))
    try FileManager.default.removeItem(atPath: model)
    _ = try copy("/llama3")
    try FileManager.default.removeItem(atPath: model + "/tokenizer_config.json")
    run = try checked()
    #expect(run.status == 1 && run.output.contains("tokenizer_config.json is not among the source"))
    _ = try copy("/mistral")
    try FileManager.default.copyItem(
      atPath: FamilyFolders.root + "/llama3/tokenizer_config.json",
      toPath: model + "/tokenizer_config.json")
    try Data("{{ bos_token }}".utf8).write(to: URL(filePath: model + "/chat_template.jinja"))
    run = try checked()
    #expect(run.status == 1 && run.output.contains("chat_template.jinja of the source is missing"))
  }

  @Test func `the keys of a GGUF file are compared with the source's`() throws {
    let source = FamilyFolders.root + "/llama3/model.gguf"
    let file = try partition(source)
    #expect(try dynamoe(["validate", file, "--against", source]).status == 0)
    // Another context length, in place: the tensors stay where they are.
    var contents = try bytes(at: source)
    let key = Array("llama.context_length".utf8)
    let place = try #require(contents.firstRange(of: key)?.upperBound)
    contents[place + 4] ^= 1
    try folder.write(contents, to: "other.gguf")
    let run = try dynamoe(["validate", file, "--against", folder.path("other.gguf")])
    #expect(run.status == 1 && run.output.contains("metadata.gguf differs from the source's"))
  }

  @Test func `an infinite constant of a mask does not make a checkpoint invalid`() throws {
    let model = try copy("/gpt_neox")
    let path = model + "/model.safetensors"
    let reader = try SafetensorsReader(path: path)
    let tensors = try reader.tensors.map { tensor in
      let isConstant = tensor.name.text.hasSuffix("masked_bias")
      return (tensor, isConstant ? [0x80, 0xFF] : try reader.read(tensor.name))
    }
    #expect(tensors.contains { $0.1 == [0x80, 0xFF] })
    try SafetensorsWriter.write(tensors, to: path)
    for subject in [model, try partition(model)] {
      let run = try dynamoe(["validate", subject])
      #expect(run.status == 0, "\(run.output)")
    }
  }

  @Test func `a report of another plan is named`() throws {
    let original = try Fixture.routed()
    let file = folder.path("t.dmoe")
    let report = folder.path("t.report.json")
    try FileManager.default.copyItem(atPath: original.path, toPath: file)
    func status(_ body: (inout JSONObject) -> Void) throws -> Int32 {
      try? FileManager.default.removeItem(atPath: report)
      try FileManager.default.copyItem(atPath: original.report, toPath: report)
      try change(report, body)
      return try dynamoe(["validate", file]).status
    }
    func changing(_ name: String, _ member: String, _ value: JSONValue) throws -> Int32 {
      try status { report in
        var object = report[name]?.object
        object?[member] = value
        report[name] = object.map(JSONValue.object)
      }
    }
    #expect(try status { _ in } == 0)
    #expect(try changing("plan", "experts", 9) == 1)
    #expect(try changing("plan", "recipe", "other") == 1)
    #expect(try changing("plan", "compensation_rank", 3) == 1)
    #expect(try changing("source", "layers", 40) == 1)
    #expect(try changing("plan", "budgets", ["smallest": .double(0.5), "rows": []]) == 1)
    #expect(try status { $0["schema"] = "nonsense" } == 1)
  }
}
