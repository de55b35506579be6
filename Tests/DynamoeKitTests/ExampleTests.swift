import DynamoeKit
import Foundation
import TestSupport
import Testing

/// The example programs under `Examples`, which the documentation shows.
@Suite struct ExampleTests {
  /// Path of a built program; programs and tests are built into the same folder.
  private func program(_ name: String) -> String {
    URL(filePath: programPath).deletingLastPathComponent().appending(path: name)
      .path(percentEncoded: false)
  }

  private func output(_ name: String, _ arguments: [String], input: String = "") throws -> [String]
  {
    let run = try TestSupport.run(program(name), arguments, input: Array(input.utf8))
    #expect(run.exited && run.status == 0 && run.errors.isEmpty, "\(run)")
    return run.output.split(separator: "\n").map(String.init)
  }

  private func document(_ arguments: [String], input: String = "") throws -> [String: Any] {
    let run = try dynamoe(arguments, input: Array(input.utf8))
    try #require(run.status == 0, "\(run)")
    return try #require(
      try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
  }

  @Test func `one runs a window at a budget and reads the chosen experts`() throws {
    let path = try Fixture.routed().path
    let text = "Once upon a time"
    let lines = try output("RunAtBudget", [path, "0.5", text])
    let shown = try document(
      ["show", path, "--text", "-", "--budget", "0.5", "--json"], input: text)
    let tokens = try #require(shown["tokens"] as? [[String: Any]])
    let expected = try tokens.map { token in
      let experts = try #require(token["experts"] as? [Int])
      let text = try #require(token["text"] as? String)
      return experts.map(String.init).joined(separator: " ") + " " + text.debugDescription
    }
    // The first token is the beginning of the sequence, the last the predicted next one.
    #expect(Array(lines.dropFirst().dropLast()) == expected)
    #expect(lines.last?.hasPrefix("next \"") == true && lines.last?.contains(" cost 0.") == true)
  }

  @Test func `another streams a GGUF file without any experts`() throws {
    let path = try Fixture.gguf(.q40)
    let lines = try output("StreamTensors", [path])
    let inspected = try document(["inspect", path, "--statistics", "--json"])
    let tensors = try #require(inspected["tensors"] as? [[String: Any]])
    try #require(lines.count == tensors.count && lines.count == 39)
    for (line, tensor) in zip(lines, tensors) {
      let name = try #require(tensor["name"] as? String)
      let type = try #require(tensor["element_type"] as? String)
      let shape = try #require(tensor["shape"] as? [Int])
      let bytes = try #require(tensor["bytes"] as? Int)
      #expect(line.hasPrefix("\(name.debugDescription) \(type) \(shape) \(bytes) "))
      let statistics = try #require(tensor["statistics"] as? [String: Any])
      let mean = try #require(statistics["mean"] as? Double)
      let found = try #require(line.split(separator: " ").last.flatMap { Double($0) })
      #expect(abs(found - mean) < 1e-9)
    }
  }

  @Test func `a third makes a plan of its input, and writes it`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("t.dmoe")
    let text = String(try Fixture.read("calibration.txt").prefix(8000))
    let lines = try output("MakePlan", [Fixture.model, path], input: text)
    #expect(lines.count == 4 && lines.allSatisfy { $0.hasPrefix("[96, 192, 384] [0.") })
    let validation = try dynamoe(["validate", path, "--against", Fixture.model])
    #expect(validation.status == 0, "\(validation)")
  }

  @Test(
    arguments: [
      ("RunAtBudget", ["none", "0.5", "a"], 66, "none: no such file"),
      ("RunAtBudget", [Fixture.model, "0.5", "a"], 64, "there is no variant"),
      ("RunAtBudget", [], 64, "RunAtBudget FILE"),
      ("StreamTensors", [Fixture.model + "/tokenizer.json"], 65, "tokenizer.json"),
      ("MakePlan", [Fixture.model, Fixture.model + "/config.json"], 64, "needs statistics"),
    ])
  func `they tell what is wrong, and end with its code`(
    name: String, arguments: [String], status: Int32, mention: String
  ) throws {
    let run = try TestSupport.run(program(name), arguments)
    #expect(run.exited && run.status == status && run.output.contains(mention), "\(run)")
  }
}
