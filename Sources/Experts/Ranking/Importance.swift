/// What makes a neuron important: higher is kept longer.
package enum Importance: String, Sendable, CaseIterable {
  /// `Σ_t |h_j(t)|` over the calibration positions.
  case magnitude
  /// `Σ_t h_j(t)²`.
  case energy
  /// `Σ_t h_j(t)² · ‖W_down[:, j]‖²`: the energy of what the neuron gives to the residual stream.
  case output
  /// `‖W_down[:, j]‖`: what can be known without text. Of norms and their products it kept the most
  /// quality on the models that were measured.
  case weights

  /// What dropping the neuron added to the squared error of the layer's output, relative to the
  /// residual stream, when it was dropped: neurons go one by one, each time the one that adds least.
  case greedy

  /// Whether text, or statistics made of it, is needed.
  package var needsStatistics: Bool { self != .weights }

  /// Whether statistics of single neurons are not enough.
  package var needsText: Bool { self == .greedy }

  /// Whether the down projection is needed.
  package var needsDownNorms: Bool { self == .output || self == .weights }
}
