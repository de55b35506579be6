/// Table of figures that scrolls sideways on a narrow screen.
struct Table {
  let name: String
  let columns: [String]
  let rows: [[String]]
  /// Whether the first column is text.
  var firstIsText = true

  func write(to html: inout HTML) {
    html.element(
      "div", ["class": "scroll", "tabindex": "0", "role": "region", "aria-label": name]
    ) { html in
      html.element("table", ["class": firstIsText ? "figures text" : "figures"]) { html in
        html.element("thead") { html in
          html.element("tr") { html in
            for column in columns { html.element("th", ["scope": "col"], column) }
          }
        }
        html.element("tbody") { html in
          for row in rows {
            html.element("tr") { html in
              for (index, cell) in row.enumerated() {
                if index == 0 {
                  html.element("th", ["scope": "row"], cell)
                } else {
                  html.element("td", cell)
                }
              }
            }
          }
        }
      }
    }
  }
}
