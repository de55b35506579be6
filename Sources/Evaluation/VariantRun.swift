package import Kernels

/// Logits, experts and cost of a variant on one window.
package struct VariantRun: Sendable {
  /// Row for each requested position, column for each token of the vocabulary.
  package let logits: Matrix
  /// Expert in every layer, for each position; empty if the model has none.
  package let experts: [[Int]]
  /// Mean over positions and layers of the share of the feed-forward parameters in use for one
  /// position, compensation included.
  package let activeFFNFraction: Double
  /// The same in a window, where experts skip no neurons.
  package let windowFFNFraction: Double
  /// Parameters of the routers over those of the feed-forward layers; 0 if they are not used.
  package let routerFraction: Double
}
