package import Kernels

/// What a variant gives for one window, and what it takes.
package struct VariantRun: Sendable {
  /// A row for each position at which logits were asked for, a column for each token.
  package let logits: Matrix
  /// For each position the expert in every layer; empty where the model has none.
  package let experts: [[Int]]
  /// Mean over positions and layers of the share of the feed-forward parameters in use, compensation
  /// included.
  package let activeFFNFraction: Double
  /// The parameters of the routers over those of the feed-forward layers; 0 where they are not asked.
  package let routerFraction: Double
}
