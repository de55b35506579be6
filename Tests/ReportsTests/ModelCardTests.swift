import Architectures
import DMOE
import JSON
import Reports
import TestSupport
import Testing

@Suite struct ModelCardTests {
  private static let license = CardLicense(card: Array("---\nlicense: mit\n---".utf8), text: nil)

  private func card(
    expert: Int? = 0, routing: RoutingDescription? = nil, widths: [[Int]] = [[2, 4], [2, 4]],
    family: String = "llama", importance: String = "magnitude",
    generator: String = "dynamoe 0", report: JSONValue? = nil,
    license: CardLicense? = Self.license, folder: String = "half"
  ) throws -> [UInt8] {
    let contents = DMOEContents(
      generator: generator,
      model: .init(
        family: family, hiddenSize: 8, neurons: NeuronCounts(4, layers: 2), activation: "silu",
        gated: true),
      widths: widths, importance: importance, recipe: "dynamoe", routing: routing,
      sourceFormat: .safetensors, sourceMetadata: [], sourceTensors: [],
      sections: routing == nil
        ? [] : [[.init(kind: .budgets("table"), elementType: .f64, shape: [0, 3])]],
      compression: .none)
    return try ModelCard(
      directory: contents.laidOut(), expert: expert,
      size: .init(parameters: expert == 0 ? 900 : 1_200, bytes: expert == 0 ? 1_800 : 2_400),
      sourceSize: .init(parameters: 1_200, bytes: 2_400), report: report, license: license,
      command: ["dynamoe", "export", "t.dmoe", "--format", "hf"]
        + (expert == nil ? [] : ["--expert", "0"]) + ["-o", folder],
      folder: folder, generator: generator
    ).bytes
  }

  private func report() throws -> JSONValue {
    try JSONScanner.scan(fixture("Tests/ReportsTests/Golden/report.json"))
  }

  /// The same report with routed runs.
  private func routedReport() throws -> JSONValue {
    var report = try #require(report().object)
    var heldOut = try #require(report["held_out"]?.object)
    let dense = try #require(heldOut["variants"]?.array?.first?.object)
    let runs = [(0.25, 0.2421875, 16.0, 1.28, 0.5), (0.5, 0.4921875, 13.0, 1.04, 0.125)].map {
      (budget, cost, perplexity, ratio, divergence) in
      var run = dense
      run["name"] = .string("routed@budget=\(budget)")
      run["budget"] = .double(budget)
      run["cost_fraction"] = .double(cost)
      run["perplexity"] = .double(perplexity)
      run["perplexity_ratio"] = .double(ratio)
      run["perplexity_ratio_standard_error"] = .double(0.03125)
      run["mean_kld"] = .double(divergence)
      run["same_top_p"] = .double(0.75)
      return JSONValue.object(run)
    }
    heldOut["variants"] = .array((heldOut["variants"]?.array ?? []) + runs)
    report["held_out"] = .object(heldOut)
    return .object(report)
  }

  /// Contents of the card as other programs parse it.
  private func read(_ card: [UInt8]) throws -> JSONObject {
    let script = packageRoot.appending(path: "Tests/ReportsTests/card_peer.py").path
    return try #require(JSONScanner.scan(python([script], input: card)).object)
  }

  @Test func `a card has the form of the golden one`() throws {
    let text = String(decoding: try card(report: report()), as: UTF8.self)
    try expectGolden(text, "card.md")
    let found = try read(Array(text.utf8))
    #expect(
      found["head"] == [
        "base_model": "tiny", "license": "mit", "library_name": "transformers",
        "pipeline_tag": "text-generation", "tags": ["dynamoe"],
      ])
    #expect(found["cells"] == [2, 3])
  }

  private static let routing = RoutingDescription(
    router: .linear, target: .similarity, compensationRank: nil)

  @Test func `a card of all experts has the form of its golden one`() throws {
    let text = String(
      decoding: try card(
        expert: nil, routing: Self.routing, report: routedReport(),
        folder: "routed"), as: UTF8.self)
    try expectGolden(text, "card-routed.md")
    let found = try read(Array(text.utf8))
    #expect(
      found["head"] == [
        "base_model": "tiny", "license": "mit", "library_name": "transformers",
        "pipeline_tag": "text-generation", "tags": ["dynamoe", "custom_code"],
      ])
    #expect(found["cells"] == [2, 3, 7])
  }

  @Test func `a card of all experts names the knobs that there are`() throws {
    func text(_ routing: RoutingDescription?) throws -> String {
      String(
        decoding: try card(expert: nil, routing: routing, report: report()), as: UTF8.self)
    }
    let errors = RoutingDescription(router: .mlp, target: .logError, compensationRank: 3)
    #expect(try text(errors).contains("budget=0.5"))
    #expect(try !text(errors).contains("threshold=") && text(errors).contains("maps of rank 3"))
    let none = try text(nil)
    #expect(none.contains("expert=0") && !none.contains("budget=") && !none.contains("threshold="))
    #expect(none.contains("was not measured") && none.contains("there are no routers"))
  }

  @Test func `a card of layers with their own widths says who reads it`() throws {
    let text = String(
      decoding: try card(widths: [[1, 4], [3, 4]], report: report()), as: UTF8.self)
    #expect(text.contains("the 1 to 3 most important (50 %)"))
    #expect(text.contains("DeciLM") && text.contains("convert_hf_to_gguf.py"))
    #expect(try read(Array(text.utf8))["head"]?.object?["library_name"] == nil)
  }

  @Test func `without a report the card says what is not known`() throws {
    let found = try read(card(license: nil))
    #expect(found["head"]?.object?["base_model"] == nil)
    #expect(found["head"]?.object?["license"] == nil)
    let text = try #require(found["text"]?.string)
    #expect(text.contains("was not measured") && text.contains("licence of the base model"))
    #expect(text.contains("| calibration text | not known"))
    #expect(!text.contains("perplexity"))
  }

  @Test func `the full expert is told to be the base model`() throws {
    let text = String(decoding: try card(expert: 1, report: report()), as: UTF8.self)
    #expect(text.contains("restored bit for bit") && text.contains("the base model's order"))
    #expect(text.contains("| perplexity | 12.500 | 12.500 |"))
    #expect(!text.contains("smaller"))
  }

  /// Names, and their form in the front matter of the card.
  @Test(
    arguments: [
      ("org/name", "org/name"), ("Llama-3.2-1B", "Llama-3.2-1B"), ("1.5", "1.5"), ("null", "null"),
      ("0x1f", "0x1f"), ("2026-01-01", "2026-01-01"), ("yes", "yes"), ("", nil), ("a b", nil),
      ("a/b/c", nil), ("a--b", nil), ("../a", nil), ("é", nil), ("a\"", nil), ("a\n", nil),
      ("-a", nil),
      (String(repeating: "a", count: 97), nil),
    ] as [(String, String?)])
  func `a base model is named where the Hub could have it`(name: String, expected: String?) throws {
    var report = try #require(report().object)
    report["source"] = report["source"]?.object.map {
      var source = $0
      source["name"] = .string(name)
      return .object(source)
    }
    let head = try read(card(report: .object(report)))["head"]?.object
    #expect(head?["base_model"]?.string == expected)
    #expect(head?["base_model_relation"] == nil)
  }

  @Test(arguments: [
    "`", "``` `` `", "x`<script>alert(1)</script>", "a\n---\nlicense: gpl-3.0\n",
    "[a](javascript:b)",
    "a | b | c", "\\| \\` |", "![i](http://x/y.png)", "https://example.com",
    "\u{202E}\u{7}\u{1B}[2J",
    "# h", "*b* _i_ ~s~", "<img src=x onerror=y>", "```\n```sh\nrm", "", " ", "$$x$$", "&lt;",
    String(repeating: "long", count: 1000),
  ])
  func `texts of strangers mean nothing`(hostile: String) throws {
    func spoil(_ value: JSONValue) -> JSONValue {
      switch value {
      case .object(let object):
        .object(
          JSONObject(
            object.members.map {
              let isText = ["name", "text_sha256", "fingerprint", "generator"].contains($0.name)
              // Names of variants stay, because the card looks them up.
              let isVariant = object["perplexity"] != nil
              return .init(
                name: $0.name, value: isText && !isVariant ? .string(hostile) : spoil($0.value))
            }))
      case .array(let array): .array(array.map(spoil))
      default: value
      }
    }
    let plain = try read(card(report: report()))
    let bytes = try card(
      family: hostile, importance: hostile, generator: hostile, report: spoil(report()),
      folder: hostile)
    let found = try read(bytes)
    #expect(
      String(decoding: bytes, as: UTF8.self).unicodeScalars.allSatisfy {
        $0 == "\n" || ![.control, .format].contains($0.properties.generalCategory)
      })
    var head = try #require(found["head"]?.object)
    #expect(head["license"] == "mit")
    head["base_model"] = "tiny"
    #expect(JSONWriter.write(.object(head)).count == JSONWriter.write(plain["head"] ?? .null).count)
    #expect(found["cells"] == [2, 3])
    // Hostile text occurs only as code: without code, the cards are the same.
    let nothing = hostile.allSatisfy { $0 == " " }
    let text = found["text"]?.string?.replacing("(nothing)", with: "")
    #expect(text == plain["text"]?.string)
    #expect(found["blocks"]?.array?.count == 2)
    #expect(nothing || found["code"]?.array?.count == plain["code"]?.array?.count)
  }

  @Test func `a report with other fields is refused`() throws {
    var report = try #require(report().object)
    report["held_out"] = 1
    #expect(throws: JSONFieldError.self) { try card(report: .object(report)) }
  }
}
