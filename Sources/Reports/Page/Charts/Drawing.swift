/// A drawing with a title and a description, which screen readers tell in its place.
struct Drawing {
  /// A word that is no other drawing's.
  let id: String
  let title: String
  let description: String
  let width: Double
  let height: Double
  /// How wide it stands on a page: `wide` shrinks most on a phone.
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
