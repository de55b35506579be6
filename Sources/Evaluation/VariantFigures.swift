/// How good one variant is, and what it costs.
package struct VariantFigures: Sendable {
  package let variant: Variant
  /// `exp` of the mean negative log-likelihood over the targets.
  package let perplexity: Double
  /// The standard error of the perplexity, from the spread over targets.
  package let perplexityError: Double
  /// From dense; nil where dense was not run.
  package let divergence: Divergence?
  /// Mean over tokens and layers of the share of the feed-forward parameters in use.
  package let activeFFNFraction: Double
  /// The parameters of the routers over those of the feed-forward layers.
  package let routerFraction: Double
  /// Targets per second through the layers, without reading weights and without the output; nil for
  /// variants that only show what could be.
  package let tokensPerSecond: Double?

  package init(
    variant: Variant, perplexity: Estimate, divergence: Divergence?, activeFFNFraction: Double,
    routerFraction: Double, tokensPerSecond: Double?
  ) {
    self.variant = variant
    self.perplexity = perplexity.value
    perplexityError = perplexity.standardError
    self.divergence = divergence
    self.activeFFNFraction = activeFFNFraction
    self.routerFraction = routerFraction
    self.tokensPerSecond = tokensPerSecond
  }

  /// The honest axis: what the feed-forward layers cost, routers included.
  package var costFraction: Double { activeFFNFraction + routerFraction }
}
