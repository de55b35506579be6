/// Experts that tokens need in each layer, and experts that the routers give them.
struct DifficultySection: PageSection {
  let id = "difficulty"
  let title = "Experts needed and given"
  private let routing: PageRouting
  private let experts: Int

  init?(_ report: PageReport) {
    guard let routing = report.routing, routing.layers.contains(where: { !$0.difficulty.isEmpty })
    else { return nil }
    self.routing = routing
    experts = report.plan.experts
  }

  func write(to html: inout HTML) {
    html.element(
      "p",
      "At budget \(PageText.raw(routing.budget)), on \(PageText.count(routing.tokens)) tokens: the "
        + "expert that the rule would choose from the true scores (needed), and the one that the "
        + "routers chose (given).")
    html.element("ul", ["class": "legend"]) { html in
      for expert in 0..<experts {
        html.element("li") { html in
          html.element("span", ["class": "swatch b\(expert)"], "")
          html.text(
            "expert \(expert)" + (expert == 0 ? ", smallest" : expert == experts - 1 ? ", all" : "")
          )
        }
      }
    }
    html.element("figure") { html in
      StackedBars(
        id: "difficulty-chart", title: "Experts needed and given in each layer",
        description:
          "For each layer two bars: shares of tokens by the expert that they need, and by "
          + "the expert that the router gives them.",
        rows: routing.layers.map {
          .init(layer: $0.number, bars: [("needed", $0.difficulty), ("given", $0.use)])
        }
      ).write(to: &html)
    }
  }
}
