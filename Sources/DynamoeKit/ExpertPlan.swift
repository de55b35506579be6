import Experts

/// For each layer the order of its neurons, and how many of them each expert has.
///
/// Experts are nested: each is the beginning of the same order, so that all share their weights.
public struct ExpertPlan: Sendable {
  /// What makes a neuron important, h(t) being its hidden value at a position; more is kept longer.
  public enum Importance: String, Sendable, CaseIterable {
    /// `Σ_t |h(t)|`, as the paper has it (arXiv 2502.12325).
    case magnitude
    /// `Σ_t h(t)²`.
    case energy
    /// `Σ_t h(t)² · ‖w‖²`, w being the neuron's column of the down projection.
    case output
    /// `‖w‖`: by the weights alone, without text.
    case weights
    /// What dropping the neuron adds to the error of the layer's output when neurons go one by one
    /// (`docs/recipes.md`).
    case greedy
  }

  /// How wide the experts of a layer are.
  public enum Widths: Sendable, Equatable {
    /// Equal steps up to the whole layer.
    case equal(experts: Int)
    /// Shares of the layer that increase and end in 1.
    case fractions([Double])
    /// In each layer the smallest widths whose neurons hold 50, 75, 90 and 100 % of the importance.
    case coverage
  }

  /// The experts of one layer.
  public struct Layer: Sendable, Equatable {
    /// The neurons' indices in the checkpoint, the most important first.
    public let order: [Int]
    /// The neurons of each expert, growing; the last has them all.
    public let widths: [Int]
    /// For each expert the share of the layer's importance that its neurons hold.
    public let coverage: [Double]
  }

  let plan: Experts.ExpertPlan

  /// One for each layer of the model.
  public var layers: [Layer] {
    plan.layers.map { Layer(order: $0.order, widths: $0.widths, coverage: $0.coverage) }
  }
}
