/// Measured speed of the variants, relative to dense.
struct TimingSection: PageSection {
  let id = "timing"
  let title = "Measured time"
  private let timing: [PageTiming]
  private let dense: PageTiming?

  init?(_ report: PageReport) {
    guard !report.timing.isEmpty else { return nil }
    timing = report.timing
    dense = report.timing.first { $0.name == "dense" }
  }

  func write(to html: inout HTML) {
    html.element(
      "p",
      "Speed of the feed-forward layers relative to dense, on one thread of the machine that "
        + "converted the model. The line marks dense.")
    html.element("div", ["class": "pair even"]) { html in
      chart("window", "many tokens at once", \.ffnTokensPerSecond, to: &html)
      chart("single", "one token at a time", \.singleFFNTokensPerSecond, to: &html)
    }
    html.element("details") { html in
      html.element("summary", "Tokens per second")
      Table(
        name: "Tokens per second",
        columns: ["variant", "all layers, no output head", "FFNs, in windows", "FFNs, one token"],
        rows: timing.map {
          [$0.name]
            + [$0.tokensPerSecond, $0.ffnTokensPerSecond, $0.singleFFNTokensPerSecond].map {
              $0.map { PageText.unbroken(HumanText.significantCount($0)) } ?? "–"
            }
        }
      ).write(to: &html)
    }
  }

  private func chart(
    _ id: String, _ name: String, _ speed: (PageTiming) -> Double?, to html: inout HTML
  ) {
    guard let dense = dense.flatMap(speed), dense > 0 else { return }
    let bars = timing.compactMap { timing in
      speed(timing).map { speed in
        BarChart.Bar(
          name: timing.name, value: speed / dense, text: "× " + PageText.fixed(speed / dense, 2),
          title: "\(timing.name): \(PageText.significant(speed)) tokens/s, "
            + "\(PageText.fixed(speed / dense, 2)) times dense")
      }
    }.filter { $0.name != "dense" }
    guard !bars.isEmpty else { return }
    html.element("figure") { html in
      html.element("h3", name)
      BarChart(
        id: "timing-\(id)", title: "Speed of the FFNs, \(name)",
        description: bars.map { "\($0.name): \($0.text)" }.joined(separator: ", ") + ".",
        bars: bars, reference: (1, "dense"), nameWidth: 150
      ).write(to: &html)
    }
  }
}

extension HumanText {
  /// Rate as a whole number, or with three significant digits below 100.
  fileprivate static func significantCount(_ value: Double) -> String {
    guard value >= 100, let whole = Int(exactly: value.rounded()) else {
      return significant(value, digits: 3)
    }
    return count(whole)
  }
}
