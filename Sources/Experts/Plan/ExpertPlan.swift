/// Order of the neurons and widths of the experts, for each layer.
package struct ExpertPlan: Sendable, Equatable {
  package struct Layer: Sendable, Equatable {
    /// Checkpoint indices of the neurons, the most important first.
    package let order: [Int]
    /// Strictly increasing; the last is the number of neurons.
    package let widths: [Int]
    /// Share of the layer's importance held by each expert.
    package let coverage: [Double]
  }

  package let importance: Importance
  package let alignment: Int
  package let layers: [Layer]

  package var experts: Int { layers.first?.widths.count ?? 0 }

  /// Ranks neurons by score, ties by the lower index, and cuts them into experts.
  ///
  /// - Parameters:
  ///   - scores: scores of all neurons, by layer.
  ///   - widths: scheme of the expert widths.
  ///   - alignment: nil for the default of `widths`.
  /// - Throws: ``PlanError`` if experts or alignment do not fit the layers, or widths do not
  ///   increase.
  package init(
    _ scores: ImportanceScores, widths: ExpertWidths, alignment: Int?
  ) throws(PlanError) {
    let alignment = try widths.alignment(alignment, layers: scores.layers.map(\.count))
    var layers: [Layer] = []
    for (index, layer) in scores.layers.enumerated() {
      layers.append(try Layer(layer, widths: widths, alignment: alignment, index: index))
    }
    self.init(importance: scores.importance, alignment: alignment, layers: layers)
  }

  package init(importance: Importance, alignment: Int, layers: [Layer]) {
    self.importance = importance
    self.alignment = alignment
    self.layers = layers
  }
}

extension ExpertPlan.Layer {
  /// - Parameters:
  ///   - scores: scores of all neurons.
  ///   - order: neuron indices, the most important first; nil to sort by score, ties by the lower
  ///     index.
  ///   - widths: scheme of the expert widths.
  ///   - alignment: alignment of the widths.
  ///   - index: number of the layer, for errors.
  /// - Throws: ``PlanError`` if widths do not increase.
  package init(
    _ scores: [Double], order: [Int]? = nil, widths: ExpertWidths, alignment: Int, index: Int
  ) throws(PlanError) {
    let order = order ?? RankOrder.descending(scores)
    let descending = order.map { scores[$0] }
    let widths = try widths.widths(descending: descending, layer: index, alignment: alignment)
    self.init(order: order, widths: widths, coverage: Self.coverage(descending, widths))
  }

  private static func coverage(_ descending: [Double], _ widths: [Int]) -> [Double] {
    let total = descending.reduce(0, +)
    // If no neuron fired, all are equally important.
    guard total > 0 else { return widths.map { Double($0) / Double(descending.count) } }
    var sum = 0.0
    var start = 0
    var shares: [Double] = []
    for width in widths {
      sum += descending[start..<width].reduce(0, +)
      start = width
      shares.append(width == descending.count ? 1 : sum / total)
    }
    return shares
  }
}
