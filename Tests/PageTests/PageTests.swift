import Foundation
import JSON
import Reports
import TestSupport
import Testing

@Suite struct PageTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test(arguments: [1280, 390]) func `the page shows the figures of the report`(width: Int) throws {
    let report = try SampleReport()
    let page = try Browser.open(report.page(in: folder), width: width)
    #expect(page.title == "model: calibration report")
    #expect(
      page.sections == [
        "trade-off", "recommendations", "passages", "token-kinds", "difficulty", "coverage",
        "stability", "sizes", "scores", "routers", "timing",
      ])
    #expect(page.text.contains("At half the FFN cost"))
    #expect(page.text.contains("perplexity grows by 8\u{A0}%"))
    #expect(page.text.contains("a warning about model"))
    #expect(page.text.contains("mlp routers, compensation of rank 4, skipping by the gate"))
    #expect(page.text.contains("× 2.7 in layer 2") && !page.text.contains("× 1.7 in"))
    #expect(
      page.text.contains(
        "layer 2, neuron 1229: 107 × the residual stream at position 0; 0.046 nats without it · "
          + "layer 0, neuron 7: 2.5 × the residual stream at position 13; 0.012 nats without it; "
          + "not in experts below 1"))
    #expect(page.text.contains("32\u{A0}768 tokens, text 0123456789ab…"))
    #expect(page.text.contains("for at most 2\u{A0}% more perplexity"))
    #expect(page.text.contains("budget 0.65") && page.text.contains("none found"))
    for variant in try #require(report["held_out", "variants"].array).compactMap(\.object) {
      let name = try #require(variant["name"]?.string)
      let found = page.points.filter { $0.name == name }
      if name == "dense" { continue }
      let cost = try #require(found.first { $0.chart == "cost-chart" })
      #expect(cost.x == variant["cost_fraction"]?.double)
      #expect(cost.y == variant["perplexity_ratio"]?.double)
      guard name.hasPrefix("routed") || name.hasPrefix("expert") else { continue }
      let bytes = try #require(found.first { $0.chart == "bytes-chart" })
      #expect(bytes.x == variant["bytes_per_token"]?.double && bytes.y == cost.y)
    }
    #expect(page.points.filter { $0.name == "Q8_0" }.map(\.y) == [1.001])
    let layers = try #require(report["plan", "layers"].array)
    for (index, layer) in layers.compactMap(\.object).enumerated() {
      for (chart, key) in [("coverage-chart", "coverage"), ("stability-chart", "stability")] {
        let curve = try #require(page.curves.first { $0.chart == chart && $0.layer == index })
        #expect(areNear(curve.y, layer[key].map(report.doubles)))
      }
      let routing = report["routing", "layers", "\(index)"].object
      for (name, key) in [("needed", "difficulty"), ("given", "use")] {
        let bar = try #require(page.shares.first { $0.layer == index && $0.name == name })
        #expect(areNear(bar.values, routing?[key].map(report.doubles)))
      }
      let confusion = routing?["dense"]?.object?["confusion"]?.array?.map {
        $0.array?.compactMap(\.int) ?? []
      }
      #expect(page.confusion[index] == confusion)
    }
    #expect(page.boxes.count == 9)
    let sizes = page.bars.filter { $0.chart == "sizes-chart" }
    #expect(sizes.map(\.value) == [1e8, 1.1e8, 1.2e8, 1.3e8])
    #expect(page.tokens.count == 60)
  }

  @Test func `marks stand where their figures say`() throws {
    let report = try SampleReport()
    let points = try Browser.open(report.page(in: folder)).points
    // Positions in the drawing are linear in cost and in the logarithm of the ratio.
    let routed = points.filter { $0.chart == "cost-chart" && $0.name.hasPrefix("routed") }
      .sorted { $0.x < $1.x }
    let (first, last) = try (#require(routed.first), #require(routed.last))
    for point in routed {
      let x = (point.x - first.x) / (last.x - first.x)
      let y = (log(point.y) - log(first.y)) / (log(last.y) - log(first.y))
      #expect(abs(first.box[0] + x * (last.box[0] - first.box[0]) - point.box[0]) < 0.2)
      #expect(abs(first.box[1] + y * (last.box[1] - first.box[1]) - point.box[1]) < 0.2)
    }
    #expect(last.box[1] > first.box[1] + 20, "better is lower")
  }

  @Test(arguments: [false, true])
  func `the page fits a phone, is told to who cannot see it, and is legible`(isDark: Bool) throws {
    for report in [try SampleReport(), try SampleReport("--layers", "32", "--experts", "8")] {
      let page = try Browser.open(report.page(in: folder), width: 390, isDark: isDark)
      #expect(page.overflow <= 390 && page.opened <= 390)
      #expect(
        page.drawings.allSatisfy {
          $0.role == "img" && $0.title?.isEmpty == false && $0.description?.isEmpty == false
            && $0.named
        })
      #expect(Set(page.identifiers).count == page.identifiers.count)
      #expect(page.smallest >= 4.5, "\(page.palest)")
      #expect(page.touching == [])
      #expect(page.paper == (isDark ? "rgb(17, 20, 23)" : "rgb(251, 251, 250)"))
    }
  }

  @Test func `what is closed on the screen is open on paper`() throws {
    let page = try Browser.open(SampleReport().page(in: folder))
    #expect(page.shown.count >= 3 && page.shown.allSatisfy { !$0 })
    #expect(page.printed.count == page.shown.count && page.printed.allSatisfy { $0 })
  }

  @Test func `a large report is a small page, the same each time`() throws {
    let report = try SampleReport("--layers", "32", "--experts", "8")
    let bytes = try ReportPage(document: report.document).bytes
    #expect(bytes.count < 320_000)
    #expect(try ReportPage(document: report.document).bytes == bytes)
  }

  @Test func `what a report does not have is left out`() throws {
    let optional = [
      "calibration", "imatrix", "routing", "held_out", "timing", "recommendations", "passages",
      "token_kinds", "warnings",
    ]
    let report = try SampleReport()
    var object = try #require(report.document.object)
    for (name, value) in optional.map({ ($0, JSONValue.null) }) { object[name] = value }
    let bytes = try ReportPage(document: .object(object)).bytes
    let page = try Browser.open(folder.write(bytes, to: "bare.html"))
    #expect(page.sections == ["coverage", "stability", "sizes"])
    #expect(page.text.contains("the quality of each size is unknown"))
    for name in optional { object[name] = nil }
    #expect(try ReportPage(document: .object(object)).bytes == bytes)
  }

  /// Whether figures agree to five digits, the most that the page shows.
  private func areNear(_ found: [Double], _ expected: [Double]?) -> Bool {
    guard let expected, found.count == expected.count else { return false }
    return zip(found, expected).allSatisfy { abs($0 - $1) <= 6e-5 * abs($1) }
  }
}
