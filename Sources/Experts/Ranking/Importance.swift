/// Measure of a neuron's importance; neurons with higher scores are kept longer.
package enum Importance: String, Sendable, CaseIterable {
  /// `Σ_t |h_j(t)|` over the calibration positions.
  case magnitude
  /// `Σ_t h_j(t)²`.
  case energy
  /// `Σ_t h_j(t)² · ‖W_down[:, j]‖²`: energy of the neuron's contribution to the residual stream.
  case output
  /// `‖W_down[:, j]‖`, which needs no text. Of weight norms and their products it kept the most
  /// quality on the models measured.
  case weights

  /// Squared error that dropping the neuron adds to the layer's output, relative to the residual
  /// stream, when neurons are dropped one by one, each time the one that adds least.
  case greedy

  /// Whether calibration text, or statistics of it, is needed.
  package var needsStatistics: Bool { self != .weights }

  /// Whether the text itself is needed, because statistics of single neurons do not suffice.
  package var needsText: Bool { self == .greedy }

  /// Whether the down projection is needed.
  package var needsDownNorms: Bool { self == .output || self == .weights }
}
