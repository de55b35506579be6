/// Axis of the perplexity ratio to dense.
enum RatioScale {
  static let title = "perplexity ÷ dense (log scale)"

  /// Largest ratio that extends the axis.
  ///
  /// Points above the axis are drawn at its upper edge with an arrow: they are no real choice, and
  /// would compress the others.
  static let limit = 4.0

  static func axis(_ ratios: [Double], from bottom: Double, to top: Double) -> PlotFrame.Axis {
    let low = min(ratios.min() ?? 1, 1)
    let high = min(max(ratios.max() ?? 1, 1.02), limit)
    // Margin, so that no point is on an edge.
    let air = high < limit ? 1 + (high / low - 1) * 0.02 : 1.125
    return PlotFrame.Axis(
      scale: Scale(.logarithmic, max(low / air, 1e-3)...high * air, from: bottom, to: top),
      title: title
    ) { PageText.raw(($0 * 1000).rounded() / 1000) }
  }
}
