package import Calibration
package import Kernels
package import Models

/// The importance of every neuron, layer by layer.
package struct ImportanceScores: Sendable {
  package let importance: Importance
  /// For each layer a score for each neuron, in the order of the checkpoint.
  package let layers: [[Double]]

  package init(importance: Importance, layers: [[Double]]) {
    self.importance = importance
    self.layers = layers
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
      let sums = statistics?.layers[layer]
      let scores: [Double]? =
        switch importance {
        case .magnitude: sums?.absoluteSum
        case .energy: sums?.squareSum
        case .output: (sums?.squareSum).map { zip($0, norms).map(*) }
        case .weights: norms.map { $0.squareRoot() }
        case .greedy: nil
        }
      guard let scores else { throw .noStatistics(importance) }
      if let neuron = scores.firstIndex(where: { !$0.isFinite }) {
        throw .notFinite(importance, layer: layer, neuron: neuron)
      }
      layers.append(scores)
    }
    self.init(importance: importance, layers: layers)
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
