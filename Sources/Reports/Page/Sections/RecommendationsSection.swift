/// Recommended budgets for several limits of perplexity.
struct RecommendationsSection: PageSection {
  let id = "recommendations"
  let title = "Recommended budgets"
  private let recommendations: [PageRecommendation]
  /// Whether costs for one token differ from those in windows.
  private let isForOneToken: Bool

  init?(_ report: PageReport) {
    guard !report.recommendations.isEmpty else { return nil }
    recommendations = report.recommendations
    isForOneToken = report.heldOut?.skips == true
  }

  func write(to html: inout HTML) {
    html.element("ul", ["class": "cards"]) { html in
      for recommendation in recommendations {
        html.element("li") { html in
          html.element("span", "for at most \(limit(recommendation)) more perplexity")
          html.element(
            "strong",
            recommendation.budget.map { "budget \(PageText.raw(($0 * 1000).rounded() / 1000))" }
              ?? "none found")
          html.element("span", detail(recommendation))
        }
      }
    }
  }

  private func limit(_ recommendation: PageRecommendation) -> String {
    PageText.unbroken(
      PageText.significant(((recommendation.maximumRatio - 1) * 1000).rounded() / 10, 3)
        .trimmedZeros + " %")
  }

  private func detail(_ recommendation: PageRecommendation) -> String {
    guard recommendation.budget != nil else { return "no measured routed run meets the limit" }
    var parts: [String] = []
    if let cost = recommendation.cost {
      parts.append(
        "\(PageText.percent(cost)) of the FFN cost" + (isForOneToken ? " for one token" : ""))
    }
    if let ratio = recommendation.ratio { parts.append("perplexity \(PageText.change(ratio))") }
    parts.append(recommendation.isMeasured ? "measured" : "interpolated")
    return parts.joined(separator: ", ")
  }
}

extension String {
  /// Text without the trailing zeros of a fraction.
  fileprivate var trimmedZeros: String {
    guard contains(".") else { return self }
    let kept = reversed().drop { $0 == "0" }
    return String((kept.first == "." ? kept.dropFirst() : kept).reversed())
  }
}
