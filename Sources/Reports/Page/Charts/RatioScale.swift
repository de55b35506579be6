/// The axis of perplexity over that of dense.
enum RatioScale {
  static let title = "perplexity ÷ dense (log scale)"

  /// Beyond this points stand at the upper edge with an arrow: what is that bad is no choice, and would
  /// press together what is.
  static let limit = 4.0

  static func axis(_ ratios: [Double], from bottom: Double, to top: Double) -> PlotFrame.Axis {
    let low = min(ratios.min() ?? 1, 1)
    let high = min(max(ratios.max() ?? 1, 1.02), limit)
    // A little air, so that no point lies on an edge.
    let air = high < limit ? 1 + (high / low - 1) * 0.02 : 1.125
    return PlotFrame.Axis(
      scale: Scale(.logarithmic, max(low / air, 1e-3)...high * air, from: bottom, to: top),
      title: title
    ) { PageText.raw(($0 * 1000).rounded() / 1000) }
  }
}
