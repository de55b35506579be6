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
  /// Weight of the layer's errors, by which choices and true scores compare them between layers.
  package let sensitivity: Double
  /// Parameters that each expert uses, compensation included, over those of the mean layer.
  package let costs: ExpertCosts
  /// Nil if experts skip no neurons.
  package let skipping: LayerSkipping?

  /// - Parameters:
  ///   - widths: widths of all experts.
  ///   - neurons: neurons of the dense layer; nil for the width of the last expert.
  ///   - meanNeurons: H of the mean layer of the model.
  ///   - sensitivity: weight of the layer's errors, above 0.
  ///   - compensations: one for each expert but the full one, or none.
  ///   - hiddenSize: D.
  ///   - gated: whether a neuron has three rows of weights or two.
  ///   - skipping: how experts skip neurons, and their costs by price; nil for none.
  package init(
    widths: [Int], neurons: Int? = nil, meanNeurons: Double, sensitivity: Double = 1,
    compensations: [Compensation] = [], hiddenSize: Int, gated: Bool,
    skipping: (rule: LayerSkipping, costs: [[Double]])? = nil
  ) {
    let neurons = neurons ?? widths[widths.count - 1]
    precondition(compensations.isEmpty || compensations.count == widths.count { $0 < neurons })
    self.widths = widths
    self.neurons = neurons
    self.meanNeurons = meanNeurons
    self.sensitivity = sensitivity
    self.compensations = compensations
    let inWindow = Self.costs(
      widths: widths, neurons: neurons, meanNeurons: meanNeurons,
      compensation: compensations.first?.parameterCount ?? 0, hiddenSize: hiddenSize,
      gated: gated)
    costs = ExpertCosts(inWindow: inWindow, priced: skipping?.costs ?? [])
    self.skipping = skipping?.rule
  }

  package var experts: Int { widths.count }

  /// Compensation of experts that skip neurons at a price, or of those that skip none.
  package func compensations(at price: Double?) -> [Compensation] {
    price == nil ? compensations : skipping?.compensations ?? compensations
  }

  /// Ranks of the neurons that a ring adds.
  package func ranks(ofRing ring: Int) -> Range<Int> {
    (ring == 0 ? 0 : widths[ring - 1])..<widths[ring]
  }

  /// Cost of an expert for one token.
  ///
  /// - Parameters:
  ///   - expert: its index.
  ///   - active: number of its neurons that take part.
  ///   - price: price at which it skips the others; nil if it skips none.
  /// - Returns: parameters used, over those of the mean layer.
  package func cost(of expert: Int, active: Int, price: Double?) -> Double {
    let saving = price == nil ? 0 : skipping?.saving ?? 0
    return costs.inWindow[expert] - saving * Double(widths[expert] - active)
  }

  /// Neurons whose weights amount to what one token reads of an expert.
  package func neuronsRead(of expert: Int, active: Int) -> Double {
    let skipped = Double(widths[expert] - active)
    return Double(widths[expert]) - (skipping?.saving ?? 0) * meanNeurons * skipped
  }

  /// Costs of experts that skip neurons by price; the full one has no compensation.
  ///
  /// - Parameters:
  ///   - shares: shares of the mean layer's parameters that an expert's neurons use, by price.
  ///   - compensation: number of parameters that each expert but the full one adds.
  ///   - meanNeurons: H of the mean layer of the model.
  ///   - hiddenSize: D.
  ///   - gated: whether a neuron has three rows of weights or two.
  /// - Returns: costs by expert and price.
  package static func pricedCosts(
    _ shares: [[Double]], compensation: Int, meanNeurons: Double, hiddenSize: Int, gated: Bool
  ) -> [[Double]] {
    let neuron = FeedForwardPart.matrixCount(gated: gated) * hiddenSize
    let extra = Double(compensation) / (meanNeurons * Double(neuron))
    return shares.dropLast().map { $0.map { $0 + extra } } + shares.suffix(1)
  }

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
