/// The experts of a layer: how wide they are, and what stands in for the rings that they drop.
package struct LayerExperts: Sendable {
  /// Strictly increasing; the last is all neurons.
  package let widths: [Int]
  /// For each expert but the last; empty where there is no compensation.
  package let compensations: [Compensation]
  /// For each expert the share of the layer's parameters that it uses, its compensation included.
  package let costs: [Double]

  /// - Parameters:
  ///   - widths: of every expert.
  ///   - compensations: for each expert but the last, or none.
  ///   - hiddenSize: D.
  ///   - gated: whether a neuron has three rows of weights or two.
  package init(widths: [Int], compensations: [Compensation] = [], hiddenSize: Int, gated: Bool) {
    precondition(compensations.isEmpty || compensations.count == widths.count - 1)
    self.widths = widths
    self.compensations = compensations
    costs = Self.costs(
      widths: widths, compensation: compensations.first?.parameterCount ?? 0,
      hiddenSize: hiddenSize, gated: gated)
  }

  package var experts: Int { widths.count }

  /// What experts cost, given the parameters of the compensation of each but the last.
  package static func costs(
    widths: [Int], compensation: Int, hiddenSize: Int, gated: Bool
  ) -> [Double] {
    let neurons = widths[widths.count - 1]
    let neuron = (gated ? 3 : 2) * hiddenSize
    return widths.map { width in
      let extra = width == neurons ? 0 : compensation
      return Double(width * neuron + extra) / Double(neurons * neuron)
    }
  }
}
