/// Box plot of a score for each expert of a layer: the box holds half of the tokens, the whiskers
/// nine of ten.
struct BoxPanel {
  struct Box {
    let p5: Double
    let p25: Double
    let median: Double
    let p75: Double
    let p95: Double
  }

  let drawing: Drawing
  let boxes: [Box]
  /// Same for all panels, so that they can be compared.
  let domain: ClosedRange<Double>
  let xTitle: String
  let yTitle: String

  static let size = (width: 230.0, height: 190.0)

  func write(to html: inout HTML) {
    let y = Scale(.linear, domain, from: Self.size.height - 42, to: 30)
    let step = (Self.size.width - 52) / Double(max(boxes.count, 1))
    drawing.write(to: &html) { html in
      html.element("text", ["class": "a", "x": "2", "y": "14"], yTitle)
      let ticks = y.ticks(every: 28)
      let lines = ticks.map {
        "M40 \(PageText.length(y.position(of: $0)))H\(PageText.length(Self.size.width - 8))"
      }
      html.shape("path", ["class": "g", "d": lines.joined()])
      for tick in ticks {
        let place = PageText.length(y.position(of: tick))
        html.element(
          "text", ["class": "t y", "x": "35", "y": place], PageText.significant(tick, 2))
      }
      let text = PageText.length
      var whiskers = ""
      var medians = ""
      for (expert, box) in boxes.enumerated() {
        let x = 44 + (Double(expert) + 0.5) * step
        let half = min(step * 0.32, 9)
        let places = [box.p5, box.p25, box.median, box.p75, box.p95].map { y.position(of: $0) }
        whiskers += "M\(text(x)) \(text(places[0]))V\(text(places[4]))"
        medians += "M\(text(x - half)) \(text(places[2]))h\(text(2 * half))"
        html.element(
          "rect",
          [
            "class": "box", "x": text(x - half), "y": text(places[3]), "width": text(2 * half),
            "height": text(max(places[1] - places[3], 0.5)),
            "data-values": PageText.raw([box.p5, box.p25, box.median, box.p75, box.p95]),
          ]
        ) { html in
          html.element(
            "title",
            "expert \(expert): \(PageText.significant(box.median)) "
              + "(\(PageText.significant(box.p25)) … \(PageText.significant(box.p75)))")
        }
        if boxes.count <= 12 || expert % 4 == 0 {
          html.element(
            "text", ["class": "t m", "x": text(x), "y": text(Self.size.height - 24)], "\(expert)")
        }
      }
      html.shape("path", ["class": "whisker", "d": whiskers])
      html.shape("path", ["class": "median", "d": medians])
      html.element(
        "text",
        [
          "class": "a m", "x": PageText.length((40 + Self.size.width) / 2),
          "y": PageText.length(Self.size.height - 6),
        ],
        xTitle)
    }
  }
}
