import Architectures
package import Calibration
package import Checkpoints
package import Kernels
import Running

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
  ///   - evidence: of this model; needed unless `importance` is ``Importance/weights``.
  ///   - parallel: the loop that reads weights.
  /// - Throws: what reading weights throws, statistics of other layers, and scores that are not
  ///   finite.
  package init(
    _ importance: Importance, model: Model, evidence: NeuronEvidence?, parallel: Parallel
  ) throws(PlanError) {
    if let evidence { try Self.check(evidence, model.configuration) }
    let (absolute, squares) = (evidence?.absoluteSums, evidence?.squareSums)
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
    let expected = configuration.intermediateSize
    let squares = evidence.squareSums
    let all = squares + (evidence.absoluteSums ?? [])
    let other = all.first { $0.count != expected }
    guard other == nil, squares.count == configuration.layers else {
      throw .otherShape(
        layers: squares.count, neurons: other?.count ?? expected,
        expectedLayers: configuration.layers, expectedNeurons: expected)
    }
  }
}
