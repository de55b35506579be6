import JSON
import TestSupport
import Testing

/// Routing figures of a report on the fixture.
@Suite struct ReportTests {
  private struct Made {
    let report: JSONObject
    let summary: [String]
  }

  private static func made(_ options: [String]) throws -> Made {
    let folder = try TemporaryFolder()
    let said = try expectDone(
      ["partition", Fixture.model, "-o", folder.path("t.dmoe"), "--text", Fixture.calibrationText]
        + options)
    let report = try JSONScanner.scan(bytes(at: folder.path("t.report.json"))).object
    return Made(
      report: try #require(report),
      summary: said.split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
  }

  private func doubles(_ value: JSONValue?) throws -> [Double] {
    try #require(value?.array).map { try #require($0.double) }
  }

  @Test(arguments: [(["--recipe", "dynamoe"], 4), (["--recipe", "residual"], 8)])
  func `routers, experts and ranking are told of in every layer`(
    recipe: [String], experts: Int
  ) throws {
    let made = try Self.made(recipe)
    let routing = try #require(made.report["routing"]?.object)
    #expect(routing["budget"]?.double == 0.5)
    #expect(try abs(#require(routing["routed_cost"]?.double) - 0.5) < 0.1)
    let tokens = try #require(routing["tokens"]?.int)
    #expect(tokens > 1000)
    let layers = try #require(routing["layers"]?.array).compactMap(\.object)
    #expect(layers.count == 4)
    for layer in layers {
      let difficulty = try doubles(layer["difficulty"])
      let use = try doubles(layer["use"])
      for shares in [difficulty, use] {
        #expect(shares.count == experts && abs(shares.reduce(0, +) - 1) < 1e-12)
      }
      for states in ["dense", "routed"] {
        let quality = try #require(layer[states]?.object)
        let confusion = try #require(quality["confusion"]?.array).map { row in
          try doubles(row).map { Int($0) }
        }
        #expect(confusion.count == experts && confusion.allSatisfy { $0.count == experts })
        #expect(confusion.joined().reduce(0, +) == tokens)
        // Expected accuracy of random choices with the same frequencies.
        let (wanted, given) = (
          confusion.map { Double($0.reduce(0, +)) / Double(tokens) },
          (0..<experts).map { e in Double(confusion.reduce(0) { $0 + $1[e] }) / Double(tokens) }
        )
        let chance = zip(wanted, given).reduce(0) { $0 + $1.0 * $1.1 }
        func figure(_ key: String) throws -> Double { try #require(quality[key]?.double) }
        let accuracy = try figure("accuracy")
        #expect(accuracy > chance + 0.1 && accuracy <= 1)
        let wrong = try figure("under_provision") + figure("over_provision")
        #expect(abs(accuracy + wrong - 1) < 1e-12)
        #expect(try figure("mean_absolute_error") >= wrong)
        #expect(try doubles(quality["r2"]).count == experts - 1)
        if states == "dense" {
          #expect(wanted == difficulty)
        } else {
          #expect(given == use)
        }
      }
      let scores = try #require(layer["scores"]?.array).compactMap(\.object)
      #expect(scores.count == experts - 1)
      for score in scores {
        let quantiles = try ["p5", "p25", "median", "p75", "p95"].map {
          try #require(score[$0]?.double)
        }
        #expect(quantiles == quantiles.sorted())
      }
      let neurons = try #require(layer["neuron_fraction"]?.double)
      let neurons8 = try #require(layer["neuron_fraction_8"]?.double)
      #expect(neurons > 0 && neurons < neurons8 && neurons8 <= 1)
    }
    // The first layer's input does not depend on routing.
    #expect(layers[0]["dense"]?.object?["r2"] == layers[0]["routed"]?.object?["r2"])
    #expect(layers[3]["dense"]?.object?["r2"] != layers[3]["routed"]?.object?["r2"])

    let plan = try #require(made.report["plan"]?.object)
    #expect(
      plan["router"]?.object?["r2"]?.array
        == layers.map { $0["dense"]?.object?["r2"] ?? .null })
    for layer in try #require(plan["layers"]?.array).compactMap(\.object) {
      let stability = try doubles(layer["stability"])
      #expect(stability.count == experts - 1 && stability.allSatisfy { $0 >= 0 && $0 <= 1 })
      #expect(try #require(stability.last) > 0.9)
    }
  }

  @Test func `the trade-off is in the report, and fits on a screen`() throws {
    let made = try Self.made([])
    let names = try #require(made.report["held_out"]?.object?["variants"]?.array)
      .compactMap { $0.object?["name"]?.string }.filter { $0.contains("@budget") }
    #expect(names.filter { $0.hasPrefix("routed") }.count == 5 && names.count == 14)
    #expect(names.first == "routed@budget=0.25" && names.last == "routed@budget=0.8")
    #expect(made.summary.count <= 30 && made.summary.allSatisfy { $0.count <= 100 })
    let head = try #require(made.summary.firstIndex { $0.hasPrefix("  budget") })
    let rows = made.summary[head + 1..<head + 6].map { $0.split(separator: " ") }
    #expect(rows.map { $0.first.map(String.init) } == ["0.25", "0.35", "0.5", "0.65", "0.8"])
    #expect(rows.map(\.count) == [7, 13, 13, 13, 7])
  }

  @Test func `too little text is warned of, and what was not measured is null`() throws {
    let folder = try TemporaryFolder()
    try expectDone(["calibrate", Fixture.model, "-o", folder.path("stats")] + Fixture.text)
    let few = try Self.made(["--max-tokens", "512"])
    let warnings = try #require(few.report["warnings"]?.array).compactMap(\.string)
    #expect(warnings.contains { $0.contains("512 tokens for 384 neurons") })
    #expect(warnings.contains { $0.contains("more than 0.02") || $0.contains("predict little") })
    for options in [["--importance", "weights"], ["--calibration", folder.path("stats")]] {
      let report = try Self.made(["--recipe", "dynamoe", "--router", "none"] + options).report
      #expect(report["routing"] == .null)
      let layers = try #require(report["plan"]?.object?["layers"]?.array).compactMap(\.object)
      #expect(layers.count == 4 && layers.allSatisfy { $0["stability"] == .null })
    }
  }
}
