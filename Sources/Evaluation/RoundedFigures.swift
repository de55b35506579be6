package import Tensors

/// How good the dense model is with its matrices rounded to a quantised type, and what a token reads.
package struct RoundedFigures: Sendable {
  package let elementType: ElementType
  package let perplexity: Double
  /// From the dense model as it is.
  package let divergence: Divergence
  /// Of the weights as they would be stored.
  package let bytesPerToken: Int

  package init(
    elementType: ElementType, perplexity: Double, divergence: Divergence, bytesPerToken: Int
  ) {
    self.elementType = elementType
    self.perplexity = perplexity
    self.divergence = divergence
    self.bytesPerToken = bytesPerToken
  }
}
