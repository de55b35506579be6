import Foundation
import JSON
import TestSupport
import Testing

/// Token ids from other tokenizers, instead of text.
@Suite struct TokensTests {
  private let folder: TemporaryFolder
  /// Beginning of the held-out text, and its ids by the `tokenizers` library.
  private let text: String
  private let ids: [Int]

  init() throws {
    folder = try TemporaryFolder()
    let whole = String(decoding: try bytes(at: Fixture.heldOutText), as: UTF8.self)
    text = try folder.write(Array(whole.prefix(1500).utf8), to: "text.txt")
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("model"), withDestinationPath: Fixture.model)
    let example = try Self.example()
    // The example does not set its working directory.
    _ = try python(["-c", "import os; os.chdir(\"\(folder.path)\")\n" + example])
    ids = try #require(
      try JSONScanner.scan(bytes(at: folder.path("ids.jsonl"))).array?.compactMap(\.int))
  }

  /// The three-line example of the page.
  private static func example() throws -> String {
    let page = String(decoding: try fixture("docs/tokens.md"), as: UTF8.self)
    let start = try #require(page.range(of: "```python\n")).upperBound
    let code = page[start...].prefix(upTo: try #require(page[start...].range(of: "```")).lowerBound)
    #expect(code.split(separator: "\n").count == 3)
    return String(code)
  }

  private func document(_ arguments: [String], input: [UInt8] = []) throws -> JSONObject {
    let output = try expectDone(arguments + ["--json"], input: input)
    return try #require(try JSONScanner.scan(Array(output.utf8)).object)
  }

  private func evaluate(
    _ arguments: [String], model: String = Fixture.model, input: [UInt8] = []
  ) throws -> JSONObject {
    var document = try document(["evaluate", model] + arguments, input: input)
    document["seconds"] = nil
    return document
  }

  private func perplexity(_ document: JSONObject) throws -> Double {
    try #require(document["variants"]?.array?.first?.object?["perplexity"]?.double)
  }

  private func tensor(
    _ name: String, _ type: String, _ shape: [Int], bytes width: Int, _ ids: [Int]
  ) -> TinyLlama.Tensor {
    TinyLlama.Tensor(
      name: name, type: type, shape: shape,
      bytes: ids.flatMap { id in (0..<width).map { UInt8(truncatingIfNeeded: id >> (8 * $0)) } })
  }

  /// A copy of the model without its tokenizer.
  private func withoutTokenizer() throws -> String {
    try folder.copyModel(["config.json", "model.safetensors"], to: "bare")
  }

  @Test func `the ids of a text give what the text gives`() throws {
    let byText = try evaluate(["--text", text])
    let byIDs = try evaluate(["--tokens", folder.path("ids.jsonl")])
    #expect(byText["tokens"]?.int == ids.count && byIDs["tokens"] == byText["tokens"])
    #expect(try perplexity(byIDs) == perplexity(byText))
    for (name, source) in [
      ("a", ["--text", text]), ("b", ["--tokens", folder.path("ids.jsonl")]),
    ] {
      try expectDone(
        ["partition", Fixture.model, "-o", folder.path(name + ".dmoe")] + Fixture.plain + source)
      try expectDone(["calibrate", Fixture.model, "-o", folder.path(name + ".stats")] + source)
    }
    #expect(try bytes(at: folder.path("a.dmoe")) == bytes(at: folder.path("b.dmoe")))
    let routed = try Fixture.routed().path
    #expect(
      try document(["show", routed, "--tokens", folder.path("ids.jsonl")])
        == document(["show", routed, "--text", text]))
    let checks = try document(["validate", routed, "--tokens", folder.path("ids.jsonl")])
    #expect(checks["valid"]?.bool == true)
    let function = checks["checks"]?.array?.first { $0.object?["id"]?.string == "function" }
    #expect(function?.object?["status"]?.string == "passed")
  }

  @Test func `every format of the same ids is the same`() throws {
    let half = ids.count / 2
    let lines = { (parts: [ArraySlice<Int>]) in
      parts.map { JSONWriter.text(.array($0.map { .int($0) })) }.joined(separator: "\n")
    }
    let parts = lines([ids[..<half], ids[half...]])
    let object: JSONValue = [
      "attention_mask": [1], "input_ids": .array(ids.map { .int($0) }),
    ]
    let even = Array(ids.prefix(2 * half))
    let expected = try evaluate(
      ["--tokens", folder.path("ids.jsonl"), "--max-tokens", "\(even.count)"])
    var paths: [[String]] = [
      [try folder.write(Array((parts + "\r\n\n").utf8), to: "parts.jsonl")],
      [try folder.write(Array(JSONWriter.text(object).utf8), to: "object.jsonl")],
      [
        try folder.write(Array(lines([ids[..<half]]).utf8), to: "first.jsonl"),
        try folder.write(Array(lines([ids[half...]]).utf8), to: "second.jsonl"),
      ],
    ]
    for (type, width) in [("I16", 2), ("U16", 2), ("I32", 4), ("U32", 4), ("I64", 8), ("U64", 8)] {
      let file = safetensorsFile([tensor("ids", type, [2, half], bytes: width, even)])
      paths.append([try folder.write(file, to: type)])
    }
    let several = safetensorsFile([
      tensor("attention_mask", "I64", [2], bytes: 8, [1, 1]),
      tensor("input_ids", "I32", [even.count], bytes: 4, even),
    ])
    paths.append([try folder.write(several, to: "several.safetensors")])
    for files in paths {
      let found = try evaluate(["--tokens"] + files + ["--max-tokens", "\(even.count)"])
      #expect(found["text_sha256"] == expected["text_sha256"], "\(files)")
      #expect(try perplexity(found) == perplexity(expected), "\(files)")
    }
    let piped = try evaluate(
      ["--tokens", "-", "--max-tokens", "\(even.count)"], input: Array(parts.utf8))
    #expect(piped["text_sha256"] == expected["text_sha256"])
  }

  @Test func `a model without a tokenizer takes ids`() throws {
    let model = try withoutTokenizer()
    let tokens = ["--tokens", folder.path("ids.jsonl")]
    let file = folder.path("bare.dmoe")
    try expectDone(["partition", model, "-o", file] + tokens)
    try expectDone(["calibrate", model, "-o", folder.path("bare.stats")] + tokens)
    try expectDone(["validate", file, "--against", model] + tokens)
    let shown = try document(["show", file] + tokens)
    let texts = try #require(shown["tokens"]?.array).map { $0.object?["text"]?.string }
    #expect(texts == ids.map { " \($0)" })
    try expectRefused(
      ["evaluate", model, "--text", text], 65, ["there is no tokenizer", "--tokens FILE"],
      in: folder)
  }

  @Test func `windows begin as the model's files say, or as asked`() throws {
    let limited = ["--tokens", folder.path("ids.jsonl"), "--max-tokens", "200", "--context", "50"]
    #expect(try evaluate(limited)["tokens"]?.int == 200)
    #expect(try evaluate(limited + ["--bos", "never"])["tokens"]?.int == 196)
    let model = try withoutTokenizer()
    #expect(try evaluate(limited, model: model)["tokens"]?.int == 196)
    // config.json names the beginning token.
    #expect(try evaluate(limited + ["--bos", "always"], model: model)["tokens"]?.int == 200)
  }

  @Test func `a tokenizer that is not known is refused by name, with the way out`() throws {
    let model = try folder.copyModel(to: "unknown")
    var json = try #require(try JSONScanner.scan(bytes(at: model + "/tokenizer.json")).object)
    json["model"] = ["type": "WordLevel", "vocab": [:], "unk_token": "<unk>"]
    try folder.write(JSONWriter.write(.object(json)), to: "unknown/tokenizer.json")
    try expectRefused(
      ["evaluate", model, "--text", text], 65, ["WordLevel", "--tokens FILE"], in: folder)
    let tokens = ["--tokens", folder.path("ids.jsonl")]
    let file = folder.path("unknown.dmoe")
    try expectDone(["partition", model, "-o", file] + Fixture.plain + tokens)
    #expect(try document(["validate", file, "--against", model] + tokens)["valid"]?.bool == true)
  }

  static let refused: [(String, String)] = [
    ("[1, 2]\n[3, 1024]", "line 2: element 1: 1024 is not a token of the model"),
    ("[1, -1]", "line 1: element 1: -1 is not a token"),
    ("[1, 1.5]", "line 1: element 1: expected a token id"),
    ("[1, \"2\"]", "line 1: element 1: expected a token id, found a string"),
    ("[1, 99999999999999999999]", "line 1: element 1"),
    ("\n{\"ids\": [1]}", "line 2: expected an array of token ids"),
    ("7", "line 1: expected an array of token ids"),
    ("[1, 2", "line 1"),
    ("", "0 tokens"),
  ]

  @Test(arguments: refused)
  func `lines that are no ids are refused with their place`(
    content: String, mention: String
  ) throws {
    let path = try folder.write(Array(content.utf8), to: "bad.jsonl")
    for command in [
      ["evaluate", Fixture.model], ["calibrate", Fixture.model, "-o", folder.path("output")],
    ] {
      try expectRefused(command + ["--tokens", path], 65, [path, mention], in: folder)
    }
  }

  @Test func `tensors that are no ids are refused with their place`() throws {
    let rows: [([TinyLlama.Tensor], String)] = [
      ([tensor("ids", "I32", [3], bytes: 4, [1, 2, -7])], "ids: element 2: -7 is not a token"),
      ([tensor("ids", "U64", [1], bytes: 8, [-1])], "element 0: 18446744073709551615 is not"),
      ([tensor("ids", "I64", [1, 1, 1], bytes: 8, [1])], "found [1, 1, 1]"),
      ([tensor("ids", "F32", [2], bytes: 4, [1, 1])], "found F32"),
      ([tensor("ids", "U8", [2], bytes: 1, [1, 1])], "found U8"),
      (
        [tensor("a", "I32", [1], bytes: 4, [1]), tensor("b", "I32", [1], bytes: 4, [1])],
        "expected one tensor, or one named input_ids, found 2"
      ),
    ]
    for (tensors, mention) in rows {
      let path = try folder.write(safetensorsFile(tensors), to: "bad.safetensors")
      try expectRefused(
        ["evaluate", Fixture.model, "--tokens", path], 65, [path, mention], in: folder)
    }
  }

  @Test func `wrong usage of tokens is told`() throws {
    let tokens = ["--tokens", folder.path("ids.jsonl")]
    for (arguments, status, mention) in [
      (tokens + ["--text", text], 64, "exclude each other"),
      (tokens + ["--parse-special"], 64, "--parse-special needs --text"),
      (["--bos", "always"], 64, "--text or --tokens"),
      (["--tokens", folder.path("none")], 66, "no such file"),
    ] as [([String], Int32, String)] {
      let run = try dynamoe(["evaluate", Fixture.model] + arguments)
      #expect(run.status == status && run.errors.contains(mention), "\(arguments): \(run)")
    }
  }
}
