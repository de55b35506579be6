import Architectures
package import Calibration
package import Checkpoints
package import Kernels
import Running

/// Importance of all neurons, layer by layer.
package struct ImportanceScores: Sendable {
  package let importance: Importance
  /// Scores by layer and neuron, in checkpoint order.
  package let layers: [[Double]]
  /// `‖W_down[:, j]‖²` by layer and neuron; empty if the importance does not use it.
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
  ///   - importance: the measure.
  ///   - model: a dense checkpoint, read only if the norms of its weights are needed.
  ///   - evidence: statistics of this model; required unless `importance` is
  ///     ``Importance/weights``. Layers without evidence are scored by their weights.
  ///   - parallel: the loop that reads weights.
  /// - Throws: ``PlanError`` if weights cannot be read, statistics are missing or of another shape,
  ///   or a score is not finite.
  package init(
    _ importance: Importance, model: Model, evidence: NeuronEvidence?, parallel: Parallel
  ) throws(PlanError) {
    if let evidence { try Self.check(evidence, model.configuration) }
    let (absolute, squares) = (evidence?.absoluteSums, evidence?.squareSums)
    let unknown = importance.needsStatistics ? evidence?.layersWithoutEvidence ?? [] : []
    var layers: [[Double]] = []
    var allNorms: [[Double]] = []
    for layer in 0..<model.configuration.layers {
      var norms: [Double] = []
      let importance = unknown.contains(layer) ? .weights : importance
      if importance.needsDownNorms {
        do {
          norms = try model.requiredMatrix(.down, layer: layer, parallel: parallel)
            .columnSquareSums()
        } catch {
          throw .model(error)
        }
      }
      let scores = Self.scores(
        importance, absolute: absolute?[layer], squares: squares?[layer], norms: norms)
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
    _ importance: Importance, absolute: [Double]?, squares: [Double]?, norms: [Double]
  ) -> [Double]? {
    switch importance {
    case .magnitude: absolute
    case .energy: squares
    case .output: squares.map { zip($0, norms).map(*) }
    case .weights: norms.map { $0.squareRoot() }
    case .greedy: nil
    }
  }

  /// Agreement of the halves of the text on the experts of each layer; nil without halves, or if
  /// the importance uses weights alone.
  package func stability(
    _ halves: [StatisticsHalves], plan: ExpertPlan
  ) -> [RankingStability]? {
    guard importance.needsStatistics, halves.count == layers.count, !halves.isEmpty,
      norms.count == layers.count
    else { return nil }
    return halves.indices.map { layer in
      func scores(_ sums: NeuronStatistics.Layer) -> [Double] {
        Self.scores(
          importance, absolute: sums.absoluteSum, squares: sums.squareSum, norms: norms[layer])
          ?? []
      }
      return RankingStability(
        even: scores(halves[layer].even), odd: scores(halves[layer].odd),
        widths: plan.layers[layer].widths)
    }
  }

  private static func check(
    _ evidence: NeuronEvidence, _ configuration: ModelConfiguration
  ) throws(PlanError) {
    for sums in [evidence.squareSums, evidence.absoluteSums].compactMap(\.self) {
      let found = sums.map(\.count)
      guard found == configuration.neurons.layers else {
        throw .otherShape(found: found, expected: configuration.neurons.layers)
      }
    }
  }
}
