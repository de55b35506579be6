/// Agreement of the rankings by the two halves of the calibration text.
struct StabilitySection: PageSection {
  let id = "stability"
  let title = "Stability of the ranking"
  let isNarrow = true
  private let layers: [PagePlan.Layer]

  init?(_ report: PageReport) {
    layers = report.plan.layers.filter { !$0.stability.isEmpty }
    if layers.isEmpty { return nil }
  }

  func write(to html: inout HTML) {
    html.element(
      "p",
      "Each half of the calibration text ranks the neurons on its own; the chart shows the share "
        + "of an expert's neurons that both select. Near the dashed line the ranking is chance; "
        + "more text helps."
    )
    html.element("figure") { html in
      let size = LayerFrame.size
      LayerCurves(
        drawing: Drawing(
          id: "stability-chart", title: "Stability of the ranking in each layer",
          description: layers.map {
            "Layer \($0.number): \($0.stability.map(PageText.percent).joined(separator: ", "))"
          }.joined(separator: ". ") + ".", width: size.width, height: size.height),
        frame: LayerFrame.frame(yTitle: "share selected by both halves"),
        curves: layers.map { layer in
          .init(
            layer: layer.number, x: Array(layer.fractions.prefix(layer.stability.count)),
            y: layer.stability, title: "layer \(layer.number)")
        },
        chance: [(0, 0), (1, 1)], chanceName: "chance"
      ).write(to: &html)
    }
  }
}
