import Architectures
import ByteIO
package import Calibration
package import Checkpoints
package import Kernels
import Running
package import Work

/// Ranks the neurons of every layer in one sweep of the dense model over calibration windows, and
/// sees what every expert then lacks.
package struct RankingCalibration: Sendable {
  package let importance: Importance
  package let widths: ExpertWidths
  package let alignment: Int
  /// Scores that are known already; nil for a greedy ranking by what is seen.
  package let scores: ImportanceScores?
  /// Whether the errors of experts are wanted.
  package let wantsErrors: Bool

  package init(
    importance: Importance, widths: ExpertWidths, alignment: Int, scores: ImportanceScores? = nil,
    wantsErrors: Bool
  ) {
    self.importance = importance
    self.widths = widths
    self.alignment = alignment
    self.scores = scores
    self.wantsErrors = wantsErrors
  }

  package struct Ranked: Sendable {
    package var plan: ExpertPlan
    /// Sums of every neuron, empty where scores were known already.
    package var statistics: [NeuronStatistics.Layer] = []
    /// For each layer and window the logarithm of the error of each expert but the last; empty where
    /// it was not wanted.
    package var logErrors: [[Matrix]] = []
    /// For each layer how far halves of the windows agree on it, each neuron on its own; nil where
    /// there are no halves.
    package var stability: [RankingStability]?

    package init(plan: ExpertPlan) { self.plan = plan }
  }

  /// Whether the greedy ranking takes how neurons go together into account, or each on its own.
  ///
  /// - Parameters:
  ///   - neurons: H: the matrix has H² elements of 8 bytes.
  ///   - tokens: with few of them neurons go together by chance.
  /// - Returns: true for how they go together.
  package static func usesGramMatrix(neurons: Int, tokens: Int) -> Bool {
    neurons * neurons * MemoryLayout<Double>.size <= 4 << 30 && 4 * tokens >= neurons
  }

  /// How many tokens' hidden values are kept at a time.
  private static let chunk = 4096

  /// - Parameters:
  ///   - model: the dense checkpoint.
  ///   - windows: of calibration text.
  ///   - parallel: the loop.
  ///   - progress: told of layers.
  ///   - workspace: for hidden states.
  /// - Returns: the plan of all layers, and what was seen.
  /// - Throws: what reading the model throws, and widths that do not grow.
  package func rank(
    _ model: Model, windows: [[Int]], parallel: Parallel, progress: Progress,
    workspace: Workspace = Workspace()
  ) throws(PlanError) -> Ranked {
    var ranked = Ranked(
      plan: ExpertPlan(importance: importance, alignment: alignment, layers: []))
    var layers: [ExpertPlan.Layer] = []
    var stability: [RankingStability] = []
    var failure: PlanError?
    let count = model.configuration.layers
    let step = progress.layers("Ranking", of: count, tokens: windows.reduce(0) { $0 + $1.count })
    do {
      try LayerSweep(
        model, parallel: parallel, workspace: workspace, phase: "ranking"
      ).run(windows) { layer in
        do throws(PlanError) {
          var order: [Int]?
          var halves: [[Double]] = []
          var importances = scores?.layers[layer.index] ?? []
          if scores == nil {
            let greedy = Self.greedy(layer, finishes: !wantsErrors, parallel)
            ranked.statistics.append(greedy.statistics)
            (order, importances) = (greedy.ranking.order, greedy.ranking.scores)
            halves = greedy.halves
          }
          let plan = try ExpertPlan.Layer(
            importances, order: order, widths: widths, alignment: alignment, index: layer.index)
          layers.append(plan)
          if scores == nil, windows.count > 1 {
            stability.append(
              RankingStability(even: halves[0], odd: halves[1], widths: plan.widths))
          }
          if wantsErrors {
            ranked.logErrors.append(Self.errors(layer, plan, parallel))
          }
          step.done(layer.index + 1)
          return true
        } catch {
          failure = error
          return false
        }
      } record: { writer in
        writer.put(layers.suffix(1).map { $0 })
        writer.put(ranked.statistics.suffix(1).map { $0 })
        writer.put(stability.suffix(1).map { $0 })
        writer.put(ranked.logErrors.suffix(1).map { $0 })
      } restore: { reader in
        layers += reader.take([ExpertPlan.Layer].self)
        ranked.statistics += reader.take([NeuronStatistics.Layer].self)
        stability += reader.take([RankingStability].self)
        ranked.logErrors += reader.take([[Matrix]].self)
        step.done(layers.count)
      }
    } catch {
      throw .model(error)
    }
    if let failure { throw failure }
    ranked.plan = ExpertPlan(importance: importance, alignment: alignment, layers: layers)
    ranked.stability = stability.isEmpty ? nil : stability
    return ranked
  }

  /// `Σ q h hᵀ` over all positions, q being what their errors weigh, and the neurons ranked by it;
  /// their diagonal scores by every second window, and by the others.
  private static func greedy(
    _ layer: LayerSweep.Layer, finishes: Bool, _ parallel: Parallel
  ) -> (ranking: GreedyRanking, halves: [[Double]], statistics: NeuronStatistics.Layer) {
    let weights = layer.weights
    let neurons = weights.neurons
    let tokens = layer.inputs.rows.reduce(0, +)
    let usesGram = usesGramMatrix(neurons: neurons, tokens: tokens)
    var statistics = NeuronStatistics.Layer(neurons: neurons)
    var gram = GramMatrix(size: usesGram ? neurons : 0)
    var diagonal = [Double](repeating: 0, count: neurons)
    var halves = [diagonal, diagonal]
    for chunk in WindowChunks.chunks(layer.inputs.rows, size: chunk) {
      let seen = parallel.mapLarge(Array(layer.inputs.rows[chunk])) { index in
        let window = chunk.lowerBound + index
        let hidden = weights.hidden(layer.inputs[window])
        var sums = NeuronStatistics.Layer(neurons: neurons)
        sums.absoluteSum = hidden.columnAbsoluteSums()
        sums.squareSum = hidden.columnSquareSums()
        let output = weights.output(hidden)
        let factors = layer.join.errorWeights(output: output, residual: layer.residuals[window])
          .map { $0.squareRoot() }
        if finishes { layer.finish(window, output) }
        return (sums: sums, rows: hidden.scalingRows(by: factors))
      }
      for (window, seen) in zip(chunk, seen) {
        statistics.add(seen.sums)
        for (neuron, sum) in seen.rows.columnSquareSums().enumerated() {
          diagonal[neuron] += sum
          halves[window % 2][neuron] += sum
        }
      }
      if usesGram { gram.add(Matrix(stacking: seen.map(\.rows)), parallel: parallel) }
    }
    var down = weights.neuronMajorDown
    if let scales = layer.join.columnScales { down = down.scalingColumns(by: scales) }
    let ranking =
      usesGram
      ? GreedyRanking(gram: consume gram, down: down, tokens: tokens, parallel: parallel)
      : GreedyRanking(diagonal: diagonal, down: down)
    let norms = down.rowDots(down)
    return (ranking, halves.map { zip($0, norms).map(*) }, statistics)
  }

  /// The errors of all experts, window by window; finishes the layer.
  private static func errors(
    _ layer: LayerSweep.Layer, _ plan: ExpertPlan.Layer, _ parallel: Parallel
  ) -> [Matrix] {
    let weights = layer.weights.reordered(by: plan.order)
    return parallel.mapLarge(layer.inputs.rows) { window in
      let outputs = ExpertOutputs(weights, input: layer.inputs[window], widths: plan.widths)
      let errors = outputs.logErrors(
        compensations: [], residual: layer.residuals[window], join: layer.join)
      layer.finish(window, outputs.full())
      return errors
    }
  }
}
