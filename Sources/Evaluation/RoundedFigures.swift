package import Tensors

/// Quality and bytes per token of the dense model with matrices rounded to a quantised type.
package struct RoundedFigures: Sendable {
  package let elementType: ElementType
  package let perplexity: Double
  /// Divergence from the dense model without rounding.
  package let divergence: Divergence
  /// Bytes of the weights as they would be stored.
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
