/// Quality and cost of one variant.
package struct VariantFigures: Sendable {
  package let variant: Variant
  /// Whether the down projections were refitted.
  package let isRefitted: Bool
  /// `exp` of the mean negative log-likelihood over the targets.
  package let perplexity: Double
  /// Standard error of the perplexity, from the spread over targets.
  package let perplexityError: Double
  /// Divergence from dense; nil if dense was not run.
  package let divergence: Divergence?
  package let work: TokenCost

  package init(
    variant: Variant, isRefitted: Bool = false, perplexity: Estimate, divergence: Divergence?,
    work: TokenCost
  ) {
    self.variant = variant
    self.isRefitted = isRefitted
    self.perplexity = perplexity.value
    perplexityError = perplexity.standardError
    self.divergence = divergence
    self.work = work
  }
}
