/// Text with tokens shaded by the mean width of their experts.
struct PassagesSection: PageSection {
  let id = "passages"
  let title = "Width given to each token"
  private let passages: [PagePassage]

  init?(_ report: PageReport) {
    passages = report.passages.filter { !$0.tokens.isEmpty }
    if passages.isEmpty { return nil }
  }

  func write(to html: inout HTML) {
    html.element(
      "p",
      "The stronger the shade of a token, the wider the experts that the routers gave it, on "
        + "average over layers. Point at a token to see its width.")
    html.element("p", ["class": "scale", "aria-hidden": "true"]) { html in
      html.element("span", "none ")
      for shade in 0...9 { html.element("span", ["class": "tk w\(shade)"], "\u{A0}\u{A0}\u{A0}") }
      html.element("span", " all neurons")
    }
    for passage in passages { write(passage, to: &html) }
  }

  private func write(_ passage: PagePassage, to html: inout HTML) {
    let budget = passage.budget.map { ", budget \(PageText.raw($0))" } ?? ""
    html.element("h3", passage.title + budget)
    html.element("p", ["class": "passage"]) { html in
      for token in passage.tokens { write(token, to: &html) }
    }
    html.element("details") { html in
      html.element("summary", "Layer by layer")
      Table(
        name: "Experts of each token",
        columns: ["token", "mean width", "expert in each layer, from the first"],
        rows: passage.tokens.map { token in
          [
            "“\(token.text)”", PageText.percent(token.meanWidth),
            token.experts.map(String.init).joined(separator: " "),
          ]
        }
      ).write(to: &html)
    }
  }

  /// Writes a token; a line break in it is shown as a mark, followed by the break itself.
  private func write(_ token: PagePassage.Token, to html: inout HTML) {
    html.element(
      "span",
      [
        "class": "tk w\(Self.shade(token.meanWidth))",
        "title": "\(PageText.percent(token.meanWidth)) of the neurons",
      ]
    ) { html in
      for (index, line) in token.text.split(separator: "\n", omittingEmptySubsequences: false)
        .enumerated()
      {
        if index > 0 {
          html.text("↵")
          html.void("br")
        }
        html.text(String(line))
      }
    }
  }

  private static func shade(_ width: Double) -> Int { Int(min(max(width, 0), 1) * 9.999) }
}
