/// Easiest and hardest tokens.
struct TokenKindsSection: PageSection {
  let id = "token-kinds"
  let title = "Easy and hard tokens"
  private let kinds: PageTokenKinds

  init?(_ report: PageReport) {
    guard let kinds = report.tokenKinds, !kinds.easy.isEmpty || !kinds.hard.isEmpty else {
      return nil
    }
    self.kinds = kinds
  }

  func write(to html: inout HTML) {
    html.element("div", ["class": "pair even"]) { html in
      write("Smallest mean width", kinds.easy, to: &html)
      write("Largest mean width", kinds.hard, to: &html)
    }
  }

  private func write(_ name: String, _ kinds: [PageTokenKinds.Kind], to html: inout HTML) {
    guard !kinds.isEmpty else { return }
    html.element("div") { html in
      html.element("h3", name)
      Table(
        name: name, columns: ["token", "mean width", "occurrences"],
        rows: kinds.map {
          ["“\($0.text)”", PageText.percent($0.meanWidth), PageText.count($0.count)]
        }
      ).write(to: &html)
    }
  }
}
