import Architectures

/// Experts of a layer: their widths, and the compensation for the rings they drop.
package struct LayerExperts: Sendable {
  /// Strictly increasing; the last is the full width unless larger experts are missing.
  package let widths: [Int]
  /// Number of neurons of the dense layer.
  package let neurons: Int
  /// One for each expert but the full one; empty without compensation.
  package let compensations: [Compensation]
  /// H of the mean layer.
  package let meanNeurons: Double
  /// Parameters that each expert uses, compensation included, over those of the mean layer.
  package let costs: [Double]

  /// - Parameters:
  ///   - widths: widths of all experts.
  ///   - neurons: neurons of the dense layer; nil for the width of the last expert.
  ///   - meanNeurons: H of the mean layer of the model.
  ///   - compensations: one for each expert but the full one, or none.
  ///   - hiddenSize: D.
  ///   - gated: whether a neuron has three rows of weights or two.
  package init(
    widths: [Int], neurons: Int? = nil, meanNeurons: Double,
    compensations: [Compensation] = [], hiddenSize: Int, gated: Bool
  ) {
    let neurons = neurons ?? widths[widths.count - 1]
    precondition(compensations.isEmpty || compensations.count == widths.count { $0 < neurons })
    self.widths = widths
    self.neurons = neurons
    self.meanNeurons = meanNeurons
    self.compensations = compensations
    costs = Self.costs(
      widths: widths, neurons: neurons, meanNeurons: meanNeurons,
      compensation: compensations.first?.parameterCount ?? 0, hiddenSize: hiddenSize,
      gated: gated)
  }

  package var experts: Int { widths.count }

  /// Costs of experts; `compensation` is the parameter count that each expert but the full one
  /// adds.
  package static func costs(
    widths: [Int], neurons: Int, meanNeurons: Double, compensation: Int, hiddenSize: Int,
    gated: Bool
  ) -> [Double] {
    let neuron = FeedForwardPart.matrixCount(gated: gated) * hiddenSize
    return widths.map { width in
      let extra = width == neurons ? 0 : compensation
      return Double(width * neuron + extra) / (meanNeurons * Double(neuron))
    }
  }
}
