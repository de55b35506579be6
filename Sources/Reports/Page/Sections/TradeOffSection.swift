/// Perplexity over cost of all variants; the main result, so it comes first.
struct TradeOffSection: PageSection {
  let id = "trade-off"
  let title = "Quality against cost"
  private let heldOut: PageHeldOut

  init?(_ report: PageReport) {
    guard let heldOut = report.heldOut, heldOut.runs.contains(where: { $0.ratio != nil }) else {
      return nil
    }
    self.heldOut = heldOut
  }

  func write(to html: inout HTML) {
    html.element("div", ["class": "pair"]) { html in
      html.element("figure") { html in
        CostChart(heldOut: heldOut).chart.write(to: &html)
        html.element(
          "figcaption",
          "Lower and further left is better. Cost: the share of the feed-forward parameters that a "
            + "token uses on its own, routers and compensation included." + windows)
      }
      if let bytes = BytesChart(heldOut: heldOut) {
        html.element("figure") { html in
          bytes.chart.write(to: &html)
          html.element("figcaption", bytes.sentence)
        }
      }
    }
    html.element("details") { html in
      html.element("summary", "All figures of this section")
      Table(
        name: "Figures of all variants",
        columns: [
          "variant", "cost", "in windows", "perplexity", "÷ dense", "± s.e.", "mean KLD",
          "same top p",
          "bytes read per token",
        ], rows: heldOut.runs.map(row) + heldOut.quantized.map(row)
      ).write(to: &html)
    }
  }

  /// Sentence about costs in windows; empty if no run skips neurons.
  private var windows: String {
    heldOut.skips
      ? " Tokens that run together cost more, as experts then skip no neurons: see the figures."
      : ""
  }

  private func row(_ run: PageHeldOut.Run) -> [String] {
    [
      run.name, PageText.percent(run.cost), run.windowCost.map { PageText.percent($0) } ?? "–",
      PageText.significant(run.perplexity, 4),
      run.ratio.map { PageText.significant($0, 4) } ?? "–",
      run.ratioError.map { PageText.significant($0, 2) } ?? "–",
      run.meanKLD.map { PageText.significant($0) } ?? "–",
      run.sameTopP.map { PageText.unbroken(PageText.fixed(100 * $0, 1) + " %") } ?? "–",
      run.bytesPerToken.map { PageText.bytes($0) } ?? "–",
    ]
  }

  private func row(_ quantized: PageHeldOut.Quantized) -> [String] {
    [
      "dense in \(quantized.elementType)", PageText.percent(1), PageText.percent(1), "–",
      PageText.significant(quantized.ratio, 4),
      quantized.ratioError.map { PageText.significant($0, 2) } ?? "–", "–", "–",
      PageText.bytes(quantized.bytesPerToken),
    ]
  }
}
