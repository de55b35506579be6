/// Heat map of counts, each cell shaded by its share of its row; a table, so that the counts can
/// be read and copied.
struct HeatMap {
  let caption: String
  let rowTitle: String
  let columnTitle: String
  let counts: [[Int]]

  func write(to html: inout HTML) {
    html.element("table", ["class": "heat"]) { html in
      html.element("caption", caption)
      html.element("thead") { html in
        html.element("tr") { html in
          html.element("th", "\(rowTitle) ↓ \(columnTitle) →")
          for column in counts.indices { html.element("th", "\(column)") }
        }
      }
      html.element("tbody") { html in
        for (row, cells) in counts.enumerated() {
          let total = cells.reduce(0.0) { $0 + Double($1) }
          html.element("tr") { html in
            html.element("th", "\(row)")
            for cell in cells {
              let shade = total > 0 ? Int((9 * Double(cell) / total).rounded(.up)) : 0
              if shade == 0 {
                html.element("td", "\(cell)")
              } else {
                html.element("td", ["class": "h\(shade)"], "\(cell)")
              }
            }
          }
        }
      }
    }
  }
}
