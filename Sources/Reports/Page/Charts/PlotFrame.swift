/// Axes of a plot: grid lines, tick labels and titles.
struct PlotFrame {
  struct Axis {
    let scale: Scale
    let title: String
    let label: (Double) -> String
  }

  let x: Axis
  let y: Axis

  /// Margins of a plot, for tick labels and titles.
  static let margins = (left: 50.0, right: 26.0, top: 42.0, bottom: 46.0)

  func write(to html: inout HTML) {
    let (left, right) = (x.scale.start, x.scale.end)
    let bottom = y.scale.start
    html.element("text", ["class": "a", "x": "4", "y": "14"], y.title)
    for tick in y.scale.ticks(every: 27) {
      let place = PageText.length(y.scale.position(of: tick))
      html.shape(
        "path",
        ["class": "g", "d": "M\(PageText.length(left)) \(place)H\(PageText.length(right))"])
      html.element(
        "text", ["class": "t y", "x": PageText.length(left - 8), "y": place], y.label(tick))
    }
    html.shape(
      "path",
      [
        "class": "x",
        "d": "M\(PageText.length(left)) \(PageText.length(bottom))H\(PageText.length(right))",
      ])
    for tick in x.scale.ticks(every: 62) {
      let place = PageText.length(x.scale.position(of: tick))
      html.shape("path", ["class": "x", "d": "M\(place) \(PageText.length(bottom))v5"])
      html.element(
        "text", ["class": "t m", "x": place, "y": PageText.length(bottom + 19)], x.label(tick))
    }
    html.element(
      "text",
      [
        "class": "a m", "x": PageText.length((left + right) / 2), "y": PageText.length(bottom + 38),
      ],
      x.title)
  }
}
