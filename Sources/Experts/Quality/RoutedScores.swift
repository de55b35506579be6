package import Kernels

/// What routers predicted, and what was true, on the states of a routed model: each layer saw what the
/// routed layers before it gave.
package struct RoutedScores: Sendable {
  /// The cost fraction of the run, routers included.
  package let cost: Double
  /// For each layer and window a row for each token, a column for each expert but the last.
  package let predicted: [[Matrix]]
  package let truth: [[Matrix]]

  package init(cost: Double, predicted: [[Matrix]], truth: [[Matrix]]) {
    self.cost = cost
    self.predicted = predicted
    self.truth = truth
  }
}
