/// How good one variant is, and what it costs.
package struct VariantFigures: Sendable {
  package let variant: Variant
  /// `exp` of the mean negative log-likelihood over the targets.
  package let perplexity: Double
  /// The standard error of the perplexity, from the spread over targets.
  package let perplexityError: Double
  /// From dense; nil where dense was not run.
  package let divergence: Divergence?
  package let work: Work

  package init(
    variant: Variant, perplexity: Estimate, divergence: Divergence?, work: Work
  ) {
    self.variant = variant
    self.perplexity = perplexity.value
    perplexityError = perplexity.standardError
    self.divergence = divergence
    self.work = work
  }
}
