/// Chart of horizontal bars, each between its name and its figure.
struct BarChart {
  struct Bar {
    let name: String
    let value: Double
    let text: String
    let title: String
    var style = "routed"
  }

  let id: String
  let title: String
  let description: String
  let bars: [Bar]
  /// Value to compare the bars with, and its name.
  var reference: (value: Double, name: String)?
  /// Width of the column of names.
  var nameWidth = 74.0

  private static let width = 420.0
  private static let row = 30.0

  func write(to html: inout HTML) {
    let top = reference == nil ? 6.0 : 28
    let height = top + Double(bars.count) * Self.row + 6
    let largest = max(bars.map(\.value).max() ?? 1, reference?.value ?? 0, 1e-300)
    let scale = Scale(.linear, 0...largest, from: nameWidth, to: Self.width - 76)
    let drawing = Drawing(
      id: id, title: title, description: description, width: Self.width, height: height)
    drawing.write(to: &html) { html in
      if let reference {
        let x = scale.position(of: reference.value)
        html.shape(
          "path",
          ["class": "chance", "d": "M\(PageText.length(x)) 22V\(PageText.length(height - 4))"])
        html.element("text", ["class": "a m", "x": PageText.length(x), "y": "16"], reference.name)
      }
      for (index, bar) in bars.enumerated() {
        let y = top + Double(index) * Self.row
        let end = scale.position(of: max(bar.value, 0))
        html.element(
          "text",
          ["class": "l e", "x": PageText.length(nameWidth - 8), "y": PageText.length(y + 18)],
          bar.name)
        html.element(
          "rect",
          [
            "class": "bar \(bar.style)", "x": PageText.length(nameWidth),
            "y": PageText.length(y + 5), "width": PageText.length(max(end - nameWidth, 1)),
            "height": "17", "rx": "2", "data-name": bar.name, "data-value": PageText.raw(bar.value),
          ]
        ) { $0.element("title", bar.title) }
        html.element(
          "text",
          ["class": "l", "x": PageText.length(end + 7), "y": PageText.length(y + 18)], bar.text)
      }
    }
  }
}
