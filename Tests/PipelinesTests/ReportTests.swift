import Calibration
import Containers
import DMOE
import Experts
import JSON
import Kernels
import Pipelines
import TestSupport
import Testing
import Work

/// Reports of conversions, compared with `formats/report.md`.
@Suite struct ReportTests {
  @Test func `the report has exactly the keys of its page`() throws {
    let document = try Self.report()
    let page = try Self.page()
    func keys(_ path: String...) -> Set<String> {
      let value = path.reduce(document) {
        $1 == "0" ? $0.array?.first ?? .null : $0.object?[$1] ?? .null
      }
      return Set(value.object?.members.map(\.name) ?? [])
    }
    #expect(keys() == page["report"]?.keys)
    for section in ["source", "calibration", "plan", "output", "held_out"] {
      #expect(keys(section) == page[section]?.keys, "\(section)")
    }
    // The first variant is dense, the only one without an expert or a budget.
    #expect(
      keys("held_out", "variants", "0")
        == page["variant"]?.keys.subtracting(["expert", "refitted", "budget", "window_budget"]))
    #expect(
      keys("held_out", "variants", "0", "kld_percentiles")
        == page["variant"]?.inner["kld_percentiles"])
    #expect(keys("held_out", "quantized", "0") == page["held_out.quantized"]?.keys)
    let types = document.object?["held_out"]?.object?["quantized"]?.array ?? []
    #expect(types.map { $0.object?["element_type"]?.string } == ["Q8_0", "Q4_0"])
    #expect(keys("timing", "0") == page["timing"]?.keys)
    #expect(document.object?["recommendations"] == .null)
    #expect(keys("calibration", "parts", "0") == page["calibration"]?.inner["parts"])
    #expect(keys("plan", "layers", "0") == page["plan"]?.inner["layers"])
    #expect(keys("output", "experts", "0") == page["output"]?.inner["experts"])
    #expect(keys("routing").isEmpty)
    let experts = document.object?["held_out"]?.object?["variants"]?.array?.dropFirst() ?? []
    #expect(experts.compactMap { $0.object?["expert"]?.int } == [0, 1, 2, 3, 0, 1, 2])
    #expect(
      experts.compactMap { $0.object?["refitted"]?.bool }
        == [true, true, true, false, false, false, false])
  }

  @Test func `what is told of routers has exactly the keys of its page`() throws {
    // Enough text for tokens to occur several times.
    let routed = try Self.report(routers: .kind(.linear), tokens: 800).object
    let routing = try #require(routed?["routing"]?.object)
    let page = try Self.page()
    func keys(_ object: JSONObject?) -> Set<String> { Set(object?.members.map(\.name) ?? []) }
    #expect(keys(routing) == page["routing"]?.keys)
    let layers = try #require(routing["layers"]?.array)
    #expect(layers.count == 4)
    for layer in layers.compactMap(\.object) {
      #expect(keys(layer) == page["routing.layers"]?.keys)
      for states in ["dense", "routed"] {
        #expect(keys(layer[states]?.object) == page["routing.layers.dense"]?.keys)
      }
      for scores in layer["scores"]?.array ?? [] {
        #expect(keys(scores.object) == ["p5", "p25", "median", "p75", "p95"])
      }
    }
    let recommendations = try #require(routed?["recommendations"]?.array)
    #expect(
      recommendations.map { $0.object?["max_perplexity_ratio"]?.double } == [1.01, 1.02, 1.05, 1.1])
    #expect(keys(recommendations.first?.object) == page["recommendations"]?.keys)
    let passage = routed?["passages"]?.array?.first?.object
    #expect(keys(passage) == page["passages"]?.keys)
    #expect(keys(passage?["tokens"]?.array?.first?.object) == page["passages"]?.inner["tokens"])
    let kinds = routed?["token_kinds"]?.object
    #expect(keys(kinds) == page["token_kinds"]?.keys)
    for kind in ["easy", "hard"] {
      let first = kinds?[kind]?.array?.first?.object
      #expect(keys(first) == page["token_kinds"]?.inner["easy"], "\(kind)")
    }
    let variant = routed?["held_out"]?.object?["variants"]?.array?.last?.object
    #expect(
      keys(variant) == page["variant"]?.keys.subtracting(["expert", "refitted", "window_budget"]))
  }

  @Test func `without text there is nothing measured`() throws {
    let text = try bytes(at: Converted.path() + ".report.json")
    let document = try #require(try JSONScanner.scan(text).object)
    #expect(document["schema"] == "dynamoe.report" && document["schema_version"] == 1)
    #expect(document["calibration"] == .null && document["held_out"] == .null)
    #expect(document["timing"] == .null && document["recommendations"] == .null)
    #expect(document["warnings"] == [])
    #expect(text == JSONWriter.write(try Converted.report().document, layout: .indented) + [0x0A])
    let source = try #require(document["source"]?.object)
    #expect(source["name"] == "tiny-llama" && source["parameter_count"] == 1_049_728)
    #expect(source["bytes"] == 2_099_456 && source["tensor_count"] == 39)
    let output = try #require(document["output"]?.object)
    #expect(output["name"] == "tiny.dmoe")
    #expect(output["bytes"]?.int == (try Converted.bytes().count))
    for layer in document["plan"]?.object?["layers"]?.array ?? [] {
      let coverage = layer.object?["coverage"]?.array?.compactMap(\.double) ?? []
      #expect(coverage.count == 4 && coverage.last == 1)
      #expect(zip(coverage, coverage.dropFirst()).allSatisfy { $0 < $1 })
    }
  }

  private static func report(
    routers: RouterChoice = .none, tokens: Int = 200
  ) throws -> JSONValue {
    let folder = try TemporaryFolder()
    let text = Fixture.calibrationText
    var request = PartitionRequest(
      modelPath: Fixture.model, outputPath: folder.path("out.dmoe"),
      reportPath: folder.path("out.report.json"), generator: "tests")
    request.text = TextRequest(
      paths: [text], maximumTokens: tokens, context: 32, beginning: .auto, parsingSpecial: false)
    request.importance = .magnitude
    request.widths = .equal(experts: 4)
    request.routers = routers
    _ = try Partition(request).run(Context(Parallel(threads: 2)))
    return try JSONScanner.scan(try bytes(at: folder.path("out.report.json")))
  }

  private struct Table {
    var keys: Set<String> = []
    /// For keys whose values are objects, the keys of these.
    var inner: [String: Set<String>] = [:]
  }

  /// Tables of the page, by the name that precedes each.
  private static func page() throws -> [String: Table] {
    let text = String(decoding: try fixture("formats/report.md"), as: UTF8.self)
    var tables: [String: Table] = [:]
    var current = "report"
    for line in text.split(separator: "\n") {
      if line == "A variant:" { current = "variant" }
      if line.hasPrefix("`"), line.hasSuffix("`:") {
        current = String(line.dropFirst().dropLast(2))
      }
      guard line.hasPrefix("| `") else { continue }
      let cells = line.split(separator: " | ", maxSplits: 1).map(String.init)
      let keys = quoted(cells[0])
      tables[current, default: Table()].keys.formUnion(keys)
      if cells.count > 1, let key = keys.first,
        ["array of `", "object of `"].contains(where: cells[1].hasPrefix)
      {
        tables[current, default: Table()].inner[key] = Set(quoted(cells[1]))
      }
    }
    return tables
  }

  /// Names between backticks, without formulas.
  private static func quoted(_ text: String) -> [String] {
    let parts = text.split(separator: "`", omittingEmptySubsequences: false)
    return parts.enumerated().filter { $0.offset % 2 == 1 }.map { String($0.element) }
      .filter { $0.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber) || $0 == "_" } }
  }
}
