/// Share of the importance that the first neurons of each layer hold.
struct CoverageSection: PageSection {
  let id = "coverage"
  let title = "Importance held by each expert"
  let isNarrow = true
  private let layers: [PagePlan.Layer]

  init?(_ report: PageReport) {
    layers = report.plan.layers.filter { !$0.coverage.isEmpty }
    if layers.isEmpty { return nil }
  }

  func write(to html: inout HTML) {
    html.element(
      "p",
      "A line that rises early is a layer that depends on few neurons. A straight line is a layer "
        + "whose neurons matter equally, and where cutting costs most.")
    html.element("figure") { html in
      let size = LayerFrame.size
      LayerCurves(
        drawing: Drawing(
          id: "coverage-chart", title: "Importance coverage of each layer",
          description: layers.map {
            "Layer \($0.number): \($0.coverage.map(PageText.percent).joined(separator: ", "))"
          }.joined(separator: ". ") + ".", width: size.width, height: size.height),
        frame: LayerFrame.frame(yTitle: "share of the importance held"),
        curves: layers.map { layer in
          .init(
            layer: layer.number, x: layer.fractions, y: layer.coverage,
            title: "layer \(layer.number)")
        },
        chance: [(0, 0), (1, 1)], chanceName: "all equal"
      ).write(to: &html)
    }
  }
}
