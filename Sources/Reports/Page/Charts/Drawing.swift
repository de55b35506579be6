/// SVG drawing with a title and a description for screen readers.
struct Drawing {
  /// Word that is unique among drawings.
  let id: String
  let title: String
  let description: String
  let width: Double
  let height: Double
  /// CSS class that sets the width on a page; `wide` shrinks most on a phone.
  var style = "half"

  func write(to html: inout HTML, _ content: (inout HTML) -> Void) {
    html.element(
      "svg",
      [
        "viewBox": "0 0 \(PageText.length(width)) \(PageText.length(height))", "class": style,
        "role": "img", "aria-labelledby": "\(id)-t \(id)-d", "id": id,
      ]
    ) { html in
      html.element("title", ["id": "\(id)-t"], title)
      html.element("desc", ["id": "\(id)-d"], description)
      content(&html)
    }
  }
}
