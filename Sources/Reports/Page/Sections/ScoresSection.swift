/// Distribution of each expert's score over tokens.
struct ScoresSection: PageSection {
  let id = "scores"
  let title = "Quality of each expert"
  private let layers: [PageRouting.Layer]
  private let isError: Bool
  /// Whether errors count as much as their layers are sensitive.
  private let isWeighed: Bool
  private let domain: ClosedRange<Double>

  init?(_ report: PageReport) {
    layers = report.routing?.layers.filter { !$0.scores.isEmpty } ?? []
    isError = report.plan.predicts == "log_error"
    isWeighed = report.plan.layers.contains { $0.sensitivity != nil }
    let scores = layers.flatMap(\.scores)
    let (low, high) = (scores.map(\.p5).min() ?? 0, scores.map(\.p95).max() ?? 1)
    guard !layers.isEmpty, low <= high else { return nil }
    domain = low...max(high, low + 1e-6)
  }

  func write(to html: inout HTML) {
    html.element(
      "p",
      (isError
        ? "Log error: natural logarithm of an expert's squared error relative to the squared "
          + "residual stream after the layer"
          + (isWeighed ? ", times the layer's sensitivity." : ".")
          + " Lower is better; −2.3 is a tenth."
        : "Similarity: the share of the full output that an expert reproduces; 1 is all of it.")
        + " The box covers half of the tokens, the line 90 %.")
    html.element("div", ["class": "panels"]) { html in
      for layer in layers {
        html.element("figure") { html in
          html.element("h3", "Layer \(layer.number)")
          BoxPanel(
            drawing: Drawing(
              id: "scores-\(layer.number)", title: "Scores in layer \(layer.number)",
              description: layer.scores.enumerated().map {
                "Expert \($0): median \(PageText.significant($1.median))"
              }.joined(separator: ", ") + ".", width: BoxPanel.size.width,
              height: BoxPanel.size.height, style: "panel"),
            boxes: layer.scores.map {
              .init(p5: $0.p5, p25: $0.p25, median: $0.median, p75: $0.p75, p95: $0.p95)
            },
            domain: domain, xTitle: "expert", yTitle: isError ? "log error" : "similarity"
          ).write(to: &html)
        }
      }
    }
  }
}
