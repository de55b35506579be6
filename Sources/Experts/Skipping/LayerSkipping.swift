import Glibc
package import Kernels

/// Skipping inside the experts of a layer: a neuron takes part in the output for a token only if its
/// gate says that it matters there.
///
/// Once the gate is computed, the rows of up and down of all other neurons need not be read.
package struct LayerSkipping: Sendable, Equatable {
  /// Length of the output, over calibration text, that a gate value of 1 leads to; a scale for each
  /// neuron by rank.
  package let scales: [Float]
  /// Cost that one skipped neuron saves.
  package let saving: Double
  /// Map for each expert but the full one that replaces the neurons that it drops or skips; empty
  /// without compensation.
  ///
  /// A full expert has none: where it is worth its price, it skips little.
  package let compensations: [Compensation]

  /// - Parameters:
  ///   - scales: finite, not negative; one for each neuron by rank.
  ///   - meanNeurons: H of the mean layer of the model.
  ///   - gated: whether a neuron has three rows of weights or two.
  ///   - compensations: one for each expert but the full one, or none.
  package init(
    scales: [Float], meanNeurons: Double, gated: Bool, compensations: [Compensation] = []
  ) {
    self.init(
      scales: scales, saving: Self.saving(meanNeurons: meanNeurons, gated: gated),
      compensations: compensations)
  }

  init(scales: [Float], saving: Double, compensations: [Compensation]) {
    self.scales = scales
    self.saving = saving
    self.compensations = compensations
  }

  /// The same skipping with compensation.
  func with(_ compensations: [Compensation]) -> LayerSkipping {
    LayerSkipping(scales: scales, saving: saving, compensations: compensations)
  }

  /// The same skipping with squared lengths of output that count `weight` times as much.
  func weighing(by weight: Double) -> LayerSkipping {
    let root = Float(weight.squareRoot())
    return LayerSkipping(
      scales: scales.map { min($0 * root, .greatestFiniteMagnitude) }, saving: saving,
      compensations: compensations)
  }

  /// The same skipping, which never skips a neuron.
  ///
  /// - Parameter neuron: the rank.
  /// - Returns: skipping with the largest scale for it.
  func keeping(_ neuron: Int) -> LayerSkipping {
    var scales = scales
    scales[neuron] = .greatestFiniteMagnitude
    return LayerSkipping(scales: scales, saving: saving, compensations: compensations)
  }

  /// Share of the mean layer's parameters that a skipped neuron saves: two rows of three, or one of
  /// two without a gate.
  package static func saving(meanNeurons: Double, gated: Bool) -> Double {
    (gated ? 2.0 / 3 : 1.0 / 2) / meanNeurons
  }

  /// Lengths of output, relative to the residual stream, that are worth their cost at a price: gate
  /// values times scales that do not exceed them are skipped.
  ///
  /// - Parameters:
  ///   - residual: T × D, the residual stream.
  ///   - price: the price of the whole layer.
  /// - Returns: a threshold for each token.
  package func thresholds(_ residual: Matrix, price: Double) -> [Float] {
    let root = (price * saving).squareRoot()
    return residual.rowDots(residual).map { Float(root * $0.squareRoot()) }
  }
}
