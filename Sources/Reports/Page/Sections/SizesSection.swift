/// Bytes of each expert on disk or in a download.
struct SizesSection: PageSection {
  let id = "sizes"
  let title = "Size of each expert"
  let isNarrow = true
  private let report: PageReport

  init?(_ report: PageReport) {
    guard !report.output.experts.isEmpty else { return nil }
    self.report = report
  }

  func write(to html: inout HTML) {
    html.element(
      "p",
      "Length of the file's prefix with an expert and all smaller ones; a file cut there is a "
        + "model. The line marks the dense checkpoint, \(PageText.bytes(report.source.bytes)).")
    html.element("figure") { html in
      BarChart(
        id: "sizes-chart", title: "Bytes of each expert",
        description: report.output.experts.enumerated().map {
          "Expert \($0): \(PageText.bytes($1.bytes))"
        }.joined(separator: ", ") + ".",
        bars: report.output.experts.enumerated().map { number, expert in
          .init(
            name: "expert \(number)", value: Double(expert.bytes),
            text: PageText.bytes(expert.bytes),
            title: "expert \(number): \(PageText.bytes(expert.bytes)), "
              + "\(PageText.percent(expert.activeFFNFraction)) of the neurons")
        }, reference: (Double(report.source.bytes), "dense")
      ).write(to: &html)
    }
  }
}
