/// Accuracy of the routers in each layer.
struct RouterSection: PageSection {
  let id = "routers"
  let title = "Router quality"
  private let routing: PageRouting

  init?(_ report: PageReport) {
    guard let routing = report.routing, !routing.layers.isEmpty else { return nil }
    self.routing = routing
  }

  func write(to html: inout HTML) {
    html.element(
      "p",
      "Each layer is evaluated alone, on the states of the dense model; in brackets on those of "
        + "the routed model, where errors may add up. An expert next to the right one is often as "
        + "good; one that is too small costs quality, one too large costs compute.")
    Table(
      name: "Router quality of each layer",
      columns: [
        "layer", "right", "mean error, in experts", "too small", "too large", "neurons used",
        "used by 8 tokens",
      ], rows: routing.layers.map(row)
    ).write(to: &html)
    html.element("details") { html in
      html.element("summary", "Confusion of needed and given experts, in tokens")
      html.element("div", ["class": "heats"]) { html in
        for layer in routing.layers where !layer.dense.confusion.isEmpty {
          html.element(
            "div",
            [
              "class": "scroll", "tabindex": "0", "role": "region",
              "aria-label": "Confusion in layer \(layer.number)",
            ]
          ) { html in
            HeatMap(
              caption: "Layer \(layer.number)", rowTitle: "needed", columnTitle: "given",
              counts: layer.dense.confusion
            ).write(to: &html)
          }
        }
      }
    }
  }

  private func row(_ layer: PageRouting.Layer) -> [String] {
    func both(_ value: (PageRouting.Quality) -> Double, _ text: (Double) -> String) -> String {
      PageText.unbroken("\(text(value(layer.dense))) (\(text(value(layer.routed))))")
    }
    return [
      "\(layer.number)", both(\.accuracy, PageText.percent),
      both(\.meanAbsoluteError) { PageText.fixed($0, 2) },
      both(\.underProvision, PageText.percent), both(\.overProvision, PageText.percent),
      layer.neuronFraction.map(PageText.percent) ?? "–",
      layer.neuronFraction8.map(PageText.percent) ?? "–",
    ]
  }
}
