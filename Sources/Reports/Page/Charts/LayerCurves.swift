/// Chart with a line for each layer, from the first in blue to the last in orange.
struct LayerCurves {
  struct Curve {
    let layer: Int
    let x: [Double]
    let y: [Double]
    let title: String
  }

  let drawing: Drawing
  let frame: PlotFrame
  let curves: [Curve]
  /// Points of a line that shows the result of chance alone.
  var chance: [(x: Double, y: Double)] = []
  var chanceName = ""

  func write(to html: inout HTML) {
    let (x, y) = (frame.x.scale, frame.y.scale)
    func path(_ points: [(x: Double, y: Double)]) -> String {
      "M"
        + points.map {
          "\(PageText.length(x.position(of: $0.x))) \(PageText.length(y.position(of: $0.y)))"
        }.joined(separator: "L")
    }
    drawing.write(to: &html) { html in
      frame.write(to: &html)
      if chance.count > 1 { html.shape("path", ["class": "chance", "d": path(chance)]) }
      for (index, curve) in curves.enumerated() {
        let points = zip(curve.x, curve.y).map { (x: $0, y: $1) }
        let dots = points.map {
          Marker.circle.path(x: x.position(of: $0.x), y: y.position(of: $0.y))
        }
        html.element(
          "g",
          [
            "data-layer": "\(curve.layer)", "data-x": PageText.raw(curve.x),
            "data-y": PageText.raw(curve.y), "stroke": Ramp.color(index, of: curves.count),
            "fill": Ramp.color(index, of: curves.count),
          ]
        ) { html in
          html.element("title", curve.title)
          if points.count > 1 { html.shape("path", ["class": "curve", "d": path(points)]) }
          if curves.count <= 8 {
            html.shape("path", ["class": "dots", "d": dots.joined()])
          }
        }
      }
      writeKey(to: &html)
    }
  }

  /// Writes the key of colours: the first layer, the last one, and chance.
  private func writeKey(to html: inout HTML) {
    guard let first = curves.first, let last = curves.last else { return }
    let (right, bottom) = (frame.x.scale.end, frame.y.scale.start)
    var keys = [(name: "layer \(first.layer)", index: 0)]
    if curves.count > 1 { keys.append(("layer \(last.layer)", curves.count - 1)) }
    for (row, key) in keys.enumerated() {
      let y = bottom - 14 - Double(keys.count - 1 - row) * 20
      html.shape(
        "path",
        [
          "class": "curve", "stroke": Ramp.color(key.index, of: curves.count),
          "d": "M\(PageText.length(right - 24)) \(PageText.length(y))h20",
        ])
      html.element(
        "text",
        ["class": "l e", "x": PageText.length(right - 30), "y": PageText.length(y + 4.5)], key.name)
    }
    guard chance.count > 1 else { return }
    let y = bottom - 14 - Double(keys.count) * 20
    html.shape(
      "path",
      ["class": "chance", "d": "M\(PageText.length(right - 24)) \(PageText.length(y))h20"])
    html.element(
      "text", ["class": "l e", "x": PageText.length(right - 30), "y": PageText.length(y + 4.5)],
      chanceName)
  }
}
