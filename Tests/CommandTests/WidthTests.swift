import JSON
import TestSupport
import Testing

@Suite struct WidthTests {
  /// Widths are rounded half up to multiples of --align; the last is the layer's width.
  @Test(arguments: [
    (["--experts", "1"], [384]),
    (["--experts", "2"], [192, 384]),
    (["--experts", "3"], [128, 256, 384]),
    // 384 / 5 is not an integer, so the default alignment is 1.
    (["--experts", "5"], [77, 154, 230, 307, 384]),
    (["--experts", "8"], [48, 96, 144, 192, 240, 288, 336, 384]),
    (["--experts", "4", "--align", "64"], [128, 192, 320, 384]),
    (["--experts", "4", "--align", "100"], [100, 200, 300, 384]),
    (["--fractions", "0.25,0.5,1"], [96, 192, 384]),
    (["--fractions", "0.1,0.9,1"], [32, 352, 384]),
    (["--fractions", "0.1,0.9,1", "--align", "1"], [38, 346, 384]),
    (["--fractions", "1"], [384]),
  ])
  func `widths are the rounded fractions of a layer`(options: [String], widths: [Int]) throws {
    for layer in try layers(["--importance", "weights"] + options) {
      #expect(layer == widths)
    }
  }

  @Test func `auto takes the smallest widths that hold their share of importance`() throws {
    let folder = try TemporaryFolder()
    let output = folder.path("t.dmoe")
    let found = try layers(
      Fixture.plain + Fixture.text + ["--fractions", "auto", "--align", "1"], to: output)
    #expect(found.count == 4 && Set(found).count > 1)
    let report = try JSONScanner.scan(try bytes(at: folder.path("t.report.json")))
    let layers = try #require(report.object?["plan"]?.object?["layers"]?.array)
    for (layer, widths) in zip(layers, found) {
      #expect(widths.last == 384)
      let coverage = try #require(layer.object?["coverage"]?.array).compactMap(\.double)
      for (share, target) in zip(coverage, [0.5, 0.75, 0.9, 1]) {
        // Coverage exceeds the target by less than one neuron, which holds less than a tenth here.
        #expect(share >= target && share < target + 0.1)
      }
    }
    try expectDone(["validate", output, "--against", Fixture.model])
  }

  @Test(arguments: ["magnitude", "energy", "output", "weights", "greedy"])
  func `every importance makes a file that is valid`(importance: String) throws {
    let folder = try TemporaryFolder()
    let output = folder.path("t.dmoe")
    _ = try layers(
      Fixture.text + ["--router", "none", "--importance", importance], to: output)
    try expectDone(["validate", output, "--against", Fixture.model])
    #expect(try expectDone(["inspect", output]).contains("ranked by \(importance), complete"))
  }

  private func layers(_ options: [String], to output: String? = nil) throws -> [[Int]] {
    let folder = try TemporaryFolder()
    let text = try expectDone(
      ["partition", Fixture.model, "--json", "-o", output ?? folder.path("t.dmoe")] + options)
    let layers = try JSONScanner.scan(Array(text.utf8)).object?["layers"]?.array
    return try #require(layers).map { layer in
      try #require(layer.object?["widths"]?.array).compactMap(\.int)
    }
  }
}
