/// Chart with bars for each layer, divided by the shares of the experts.
struct StackedBars {
  struct Row {
    let layer: Int
    /// Bars with their shares, which add up to 1.
    let bars: [(name: String, shares: [Double])]
  }

  let id: String
  let title: String
  let description: String
  let rows: [Row]

  private static let width = 560.0
  private static let left = 124.0
  private static let bar = 11.0

  func write(to html: inout HTML) {
    let perRow = Double(rows.map(\.bars.count).max() ?? 1) * (Self.bar + 1) + 8
    let height = 8 + Double(rows.count) * perRow + 36
    let scale = Scale(.linear, 0...1, from: Self.left, to: Self.width - 24)
    let drawing = Drawing(
      id: id, title: title, description: description, width: Self.width, height: height,
      style: "full")
    drawing.write(to: &html) { html in
      for (index, row) in rows.enumerated() {
        let top = 6 + Double(index) * perRow
        for (number, bar) in row.bars.enumerated() {
          let y = top + Double(number) * (Self.bar + 1)
          html.element(
            "text",
            ["class": "l e", "x": PageText.length(Self.left - 8), "y": PageText.length(y + 9.5)],
            number == 0 ? "layer \(row.layer) \(bar.name)" : bar.name)
          write(bar.shares, layer: row.layer, name: bar.name, y: y, scale, to: &html)
        }
      }
      let bottom = height - 32
      for share in [0, 0.25, 0.5, 0.75, 1] {
        let x = PageText.length(scale.position(of: share))
        html.shape("path", ["class": "x", "d": "M\(x) \(PageText.length(bottom))v4"])
        html.element(
          "text", ["class": "t m", "x": x, "y": PageText.length(bottom + 15)],
          PageText.unbroken(PageText.fixed(100 * share, 0) + " %"))
      }
      html.element(
        "text",
        [
          "class": "a m", "x": PageText.length((Self.left + Self.width - 24) / 2),
          "y": PageText.length(bottom + 29),
        ],
        "share of tokens")
    }
  }

  private func write(
    _ shares: [Double], layer: Int, name: String, y: Double, _ scale: Scale, to html: inout HTML
  ) {
    var sum = 0.0
    html.element(
      "g",
      [
        "class": "stack", "data-layer": "\(layer)", "data-name": name,
        "data-shares": PageText.raw(shares),
      ]
    ) { html in
      for (expert, share) in shares.enumerated() where share > 0 && sum + share < 1.01 {
        let start = scale.position(of: sum)
        sum += share
        html.element(
          "rect",
          [
            "class": "e\(expert)", "x": PageText.length(start), "y": PageText.length(y),
            "width": PageText.length(scale.position(of: sum) - start),
            "height": PageText.length(Self.bar),
          ]
        ) { $0.element("title", "expert \(expert): \(PageText.percent(share))") }
      }
    }
  }
}
