package import Calibration
package import Kernels
package import Models

/// The importance of every neuron, layer by layer.
package struct ImportanceScores: Sendable {
  package let importance: Importance
  /// For each layer a score for each neuron, in the order of the checkpoint.
  package let layers: [[Double]]
  /// For each layer `‖W_down[:, j]‖²` of each neuron; empty where it does not count.
  private let norms: [[Double]]

  package init(importance: Importance, layers: [[Double]]) {
    self.init(importance: importance, layers: layers, norms: [])
  }

  private init(importance: Importance, layers: [[Double]], norms: [[Double]]) {
    self.importance = importance
    self.layers = layers
    self.norms = norms
  }

  /// Scores the neurons of a model.
  ///
  /// - Parameters:
  ///   - importance: what counts.
  ///   - model: a dense checkpoint, read only where the norms of its weights count.
  ///   - statistics: of this model; needed unless `importance` is ``Importance/weights``.
  ///   - parallel: the loop that reads weights.
  /// - Throws: what reading weights throws, statistics of other layers, and scores that are not
  ///   finite.
  package init(
    _ importance: Importance, model: Model, statistics: NeuronStatistics?, parallel: Parallel
  ) throws(PlanError) {
    if let statistics { try Self.check(statistics, model.configuration) }
    var layers: [[Double]] = []
    var allNorms: [[Double]] = []
    for layer in 0..<model.configuration.layers {
      var norms: [Double] = []
      if importance.needsDownNorms {
        do {
          norms = try model.requiredMatrix(.down, layer: layer, parallel: parallel)
            .columnSquareSums()
        } catch {
          throw .model(error)
        }
      }
      let scores = Self.scores(importance, statistics?.layers[layer], norms: norms)
      guard let scores else { throw .noStatistics(importance) }
      if let neuron = scores.firstIndex(where: { !$0.isFinite }) {
        throw .notFinite(importance, layer: layer, neuron: neuron)
      }
      layers.append(scores)
      allNorms.append(norms)
    }
    self.init(importance: importance, layers: layers, norms: allNorms)
  }

  private static func scores(
    _ importance: Importance, _ sums: NeuronStatistics.Layer?, norms: [Double]
  ) -> [Double]? {
    switch importance {
    case .magnitude: sums?.absoluteSum
    case .energy: sums?.squareSum
    case .output: (sums?.squareSum).map { zip($0, norms).map(*) }
    case .weights: norms.map { $0.squareRoot() }
    case .greedy: nil
    }
  }

  /// How far halves of the text agree on the experts of every layer; nil where there are no halves, or
  /// the weights alone count.
  package func stability(
    _ halves: [StatisticsHalves], plan: ExpertPlan
  ) -> [RankingStability]? {
    guard importance.needsStatistics, halves.count == layers.count, !halves.isEmpty,
      norms.count == layers.count
    else { return nil }
    return halves.indices.map { layer in
      func scores(_ sums: NeuronStatistics.Layer) -> [Double] {
        Self.scores(importance, sums, norms: norms[layer]) ?? []
      }
      return RankingStability(
        even: scores(halves[layer].even), odd: scores(halves[layer].odd),
        widths: plan.layers[layer].widths)
    }
  }

  private static func check(
    _ statistics: NeuronStatistics, _ configuration: ModelConfiguration
  ) throws(PlanError) {
    let expected = configuration.intermediateSize
    let other = statistics.layers.first {
      $0.absoluteSum.count != expected || $0.squareSum.count != expected
    }
    guard other == nil, statistics.layers.count == configuration.layers else {
      throw .otherShape(
        layers: statistics.layers.count, neurons: other?.absoluteSum.count ?? expected,
        expectedLayers: configuration.layers, expectedNeurons: expected)
    }
  }
}
