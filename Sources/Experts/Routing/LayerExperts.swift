/// The experts of a layer: how wide they are, and what stands in for the rings that they drop.
package struct LayerExperts: Sendable {
  /// Strictly increasing; the last is all neurons, unless larger experts are missing.
  package let widths: [Int]
  /// The neurons of the dense layer.
  package let neurons: Int
  /// For each expert that is not the full one; empty where there is no compensation.
  package let compensations: [Compensation]
  /// For each expert the share of the layer's parameters that it uses, its compensation included.
  package let costs: [Double]

  /// - Parameters:
  ///   - widths: of every expert.
  ///   - neurons: of the dense layer; nil for those of the last expert.
  ///   - compensations: for each expert that is not the full one, or none.
  ///   - hiddenSize: D.
  ///   - gated: whether a neuron has three rows of weights or two.
  package init(
    widths: [Int], neurons: Int? = nil, compensations: [Compensation] = [], hiddenSize: Int,
    gated: Bool
  ) {
    let neurons = neurons ?? widths[widths.count - 1]
    precondition(compensations.isEmpty || compensations.count == widths.count { $0 < neurons })
    self.widths = widths
    self.neurons = neurons
    self.compensations = compensations
    costs = Self.costs(
      widths: widths, neurons: neurons,
      compensation: compensations.first?.parameterCount ?? 0, hiddenSize: hiddenSize,
      gated: gated)
  }

  package var experts: Int { widths.count }

  /// What experts cost, given the parameters of the compensation of each that is not the full one.
  package static func costs(
    widths: [Int], neurons: Int, compensation: Int, hiddenSize: Int, gated: Bool
  ) -> [Double] {
    let neuron = (gated ? 3 : 2) * hiddenSize
    return widths.map { width in
      let extra = width == neurons ? 0 : compensation
      return Double(width * neuron + extra) / Double(neurons * neuron)
    }
  }
}
