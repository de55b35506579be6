/// Scatter plot of several series, with lines through the points and as many labels as fit.
struct PointChart {
  struct Point {
    let x: Double
    let y: Double
    /// Text beside the point, if there is room.
    let label: String
    /// Tooltip with all figures.
    let title: String
    /// Name in the report.
    let name: String
  }

  struct Series {
    let name: String
    /// CSS class that sets the colour.
    let style: String
    let marker: Marker
    let hasLine: Bool
    let points: [Point]
  }

  let drawing: Drawing
  let frame: PlotFrame
  /// Series by importance: labels of the first are placed first, and its marks are drawn on top.
  let series: [Series]

  /// Assumed size of a letter, for placing labels.
  private static let letter = (width: 6.2, height: 12.0)

  func write(to html: inout HTML) {
    drawing.write(to: &html) { html in
      let (x, y) = (frame.x.scale, frame.y.scale)
      html.element("clipPath", ["id": "\(drawing.id)-c"]) { html in
        html.shape(
          "rect",
          [
            "x": PageText.length(x.start), "y": PageText.length(y.end - 8),
            "width": PageText.length(x.end - x.start + 16),
            "height": PageText.length(y.start - y.end + 16),
          ])
      }
      frame.write(to: &html)
      html.element("g", ["clip-path": "url(#\(drawing.id)-c)"]) { html in
        for series in series.reversed() where series.hasLine && series.points.count > 1 {
          let places = series.points.map {
            "\(PageText.length(x.position(of: $0.x))) \(PageText.length(y.position(of: $0.y)))"
          }
          html.shape(
            "path", ["class": "line \(series.style)", "d": "M" + places.joined(separator: "L")])
        }
      }
      for series in series.reversed() {
        html.element("g", ["class": "mark \(series.style)"]) { html in
          for point in series.points { mark(point, series.marker, to: &html) }
        }
      }
      var layout = LabelLayout(
        left: x.start, right: x.end + 12, top: y.end - 6, bottom: y.start - 2)
      let legend = legendBox
      layout.block(legend.x - 14, legend.y - 14, legend.width + 16, legend.height + 4)
      for point in series.flatMap(\.points) { layout.block(around: place(of: point), radius: 6) }
      for series in series {
        for point in series.points {
          guard
            let spot = layout.place(
              width: Double(point.label.count) * Self.letter.width, height: Self.letter.height,
              beside: place(of: point))
          else { continue }
          html.element(
            "text",
            [
              "class": "l \(series.style)", "x": PageText.length(spot.x),
              "y": PageText.length(spot.y + 10),
            ],
            point.label)
        }
      }
      writeLegend(to: &html)
    }
  }

  /// Position of a point, at the upper edge if it is above the plot.
  private func place(of point: Point) -> (x: Double, y: Double) {
    (
      frame.x.scale.position(of: point.x),
      max(frame.y.scale.position(of: point.y), frame.y.scale.end)
    )
  }

  private func mark(_ point: Point, _ marker: Marker, to html: inout HTML) {
    let place = place(of: point)
    let isAbove = point.y > frame.y.scale.domain.upperBound
    var path = marker.path(x: place.x, y: place.y)
    if isAbove {
      path += "M\(PageText.length(place.x)) \(PageText.length(place.y - 8))m-5 1l5 -7l5 7z"
    }
    html.element(
      "path",
      [
        "d": path, "data-name": point.name, "data-x": PageText.raw(point.x),
        "data-y": PageText.raw(point.y),
      ]
    ) { $0.element("title", point.title) }
  }

  private var legendBox: (x: Double, y: Double, width: Double, height: Double) {
    let longest = series.map(\.name.count).max() ?? 0
    let width = Double(longest) * Self.letter.width + 14
    return (
      frame.x.scale.end - width, frame.y.scale.end + 12, width, Double(series.count) * 20
    )
  }

  /// Writes the legend in the upper right, where only expensive and bad points could be.
  private func writeLegend(to html: inout HTML) {
    let box = legendBox
    for (index, series) in series.enumerated() {
      let y = box.y + Double(index) * 20
      html.element("g", ["class": "mark \(series.style)"]) { html in
        html.shape("path", ["d": series.marker.path(x: frame.x.scale.end - 6, y: y)])
      }
      html.element(
        "text",
        [
          "class": "l e", "x": PageText.length(frame.x.scale.end - 18),
          "y": PageText.length(y + 4.5),
        ],
        series.name)
    }
  }
}
