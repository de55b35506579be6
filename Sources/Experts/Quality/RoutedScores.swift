package import Kernels

/// Predicted and true scores on the states of a routed model, in which each layer reads the output
/// of the routed layers before it.
package struct RoutedScores: Sendable {
  /// Cost fraction of the run, routers included.
  package let cost: Double
  /// By layer and window: a row for each token, a column for each expert but the last.
  package let predicted: [[Matrix]]
  package let truth: [[Matrix]]

  package init(cost: Double, predicted: [[Matrix]], truth: [[Matrix]]) {
    self.cost = cost
    self.predicted = predicted
    self.truth = truth
  }
}
