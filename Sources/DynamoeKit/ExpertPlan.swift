import Experts

/// Order of the neurons and widths of the experts, per layer.
///
/// Experts are nested: each is a prefix of the same order, so all experts share their weights.
public struct ExpertPlan: Sendable {
  /// Importance of a neuron with hidden value h(t) at position t; higher values are kept longer.
  public enum Importance: String, Sendable, CaseIterable {
    /// `Σ_t |h(t)|`, as in the paper (arXiv 2502.12325).
    case magnitude
    /// `Σ_t h(t)²`.
    case energy
    /// `Σ_t h(t)² · ‖w‖²`, where w is the neuron's column of the down projection.
    case output
    /// Norms of the weights alone, without text.
    case weights
    /// Increase of the layer's output error when the neuron is removed, in a backward elimination
    /// that removes neurons one by one (`docs/recipes.md`).
    case greedy
  }

  /// Widths of the experts of a layer.
  public enum Widths: Sendable, Equatable {
    /// Equal steps up to the full width.
    case equal(experts: Int)
    /// Fractions of the full width, increasing and ending in 1.
    case fractions([Double])
    /// Per layer, the smallest widths whose neurons hold 50, 75, 90 and 100 % of the importance.
    case coverage
  }

  /// The experts of one layer.
  public struct Layer: Sendable, Equatable {
    /// Indices of the neurons in the checkpoint, most important first.
    public let order: [Int]
    /// Number of neurons of each expert, increasing; the last expert has all neurons.
    public let widths: [Int]
    /// Fraction of the layer's total importance held by each expert's neurons.
    public let coverage: [Double]
  }

  let plan: Experts.ExpertPlan

  /// One plan per layer of the model.
  public var layers: [Layer] {
    plan.layers.map { Layer(order: $0.order, widths: $0.widths, coverage: $0.coverage) }
  }
}
