import Architectures
import ByteIO
package import Calibration
import Checkpoints
package import Kernels
package import Running
import Work

/// Ranks the neurons of every layer in one sweep of the dense model over calibration windows, and
/// measures the errors of the resulting experts.
package struct RankingSweep: Sendable {
  package let importance: Importance
  package let widths: ExpertWidths
  package let alignment: Int
  /// Known scores; nil for a greedy ranking from the observed activations.
  package let scores: ImportanceScores?
  /// Whether the errors of experts are measured.
  package let wantsErrors: Bool
  /// Whether it is measured which neurons can be skipped.
  package let wantsSkipping: Bool

  package init(
    importance: Importance, widths: ExpertWidths, alignment: Int, scores: ImportanceScores? = nil,
    wantsErrors: Bool, wantsSkipping: Bool = false
  ) {
    self.importance = importance
    self.widths = widths
    self.alignment = alignment
    self.scores = scores
    self.wantsErrors = wantsErrors
    self.wantsSkipping = wantsSkipping
  }

  /// Skipping of neurons in a layer.
  package struct Skipping: Sendable, Equatable {
    package let rule: LayerSkipping
    /// Shares of the mean layer's parameters that an expert's neurons use for one token, by expert
    /// and price of ``ExpertCosts/exponents``.
    package let shares: [[Double]]

    package init(rule: LayerSkipping, shares: [[Double]]) {
      self.rule = rule
      self.shares = shares
    }
  }

  package struct Ranked: Sendable {
    package var plan: ExpertPlan
    /// Sums of all neurons by layer; empty if scores were given.
    package var statistics: [NeuronStatistics.Layer] = []
    /// Logarithms of the errors of all experts but the last, by layer and window; empty unless
    /// wanted.
    package var logErrors: [[Matrix]] = []
    /// By layer; empty unless wanted.
    package var skipping: [Skipping] = []
    /// Largest contributions of neurons by layer; empty if scores were given.
    package var peaks: [[ActivationPeak]] = []
    /// Agreement of the halves of the windows on each layer, with neurons taken independently; nil
    /// if there are no halves.
    package var stability: [RankingStability]?

    package init(plan: ExpertPlan) { self.plan = plan }
  }

  /// Whether the greedy ranking uses the Gram matrix of the neurons, or ranks each neuron
  /// independently.
  ///
  /// - Parameters:
  ///   - neurons: H; the matrix has H² elements of 8 bytes.
  ///   - tokens: number of tokens; with too few, correlations of neurons are chance.
  /// - Returns: true for the Gram matrix.
  package static func usesGramMatrix(neurons: Int, tokens: Int) -> Bool {
    neurons * neurons * MemoryLayout<Double>.size <= 4 << 30 && 4 * tokens >= neurons
  }

  /// Number of tokens whose hidden values are held at a time.
  private static let chunk = 4096

  /// - Parameters:
  ///   - windows: windows of calibration text.
  ///   - source: activations of the dense model on these windows.
  /// - Returns: the plan of all layers, with statistics.
  /// - Throws: ``PlanError`` if the model cannot be read or widths do not increase.
  package func rank(
    _ windows: [[Int]], from source: some ActivationSource
  ) throws(PlanError) -> Ranked {
    let parallel = source.context.parallel
    var ranked = Ranked(
      plan: ExpertPlan(importance: importance, alignment: alignment, layers: []))
    var layers: [ExpertPlan.Layer] = []
    var stability: [RankingStability] = []
    var failure: PlanError?
    let step = source.progress(tokens: windows.reduce(0) { $0 + $1.count })
    do {
      try source.run(windows) { layer in
        do throws(PlanError) {
          var order: [Int]?
          var halves: [[Double]] = []
          var importances = scores?.layers[layer.index] ?? []
          if scores == nil {
            guard let greedy = Self.greedy(layer, finishes: !wantsErrors, parallel) else {
              return false
            }
            ranked.statistics.append(greedy.statistics)
            ranked.peaks.append(greedy.peaks)
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
          let weights = layer.weights.reordered(by: plan.order)
          if wantsSkipping {
            ranked.skipping.append(
              SkippingFit(
                layer: layer, weights: weights, widths: plan.widths,
                meanNeurons: source.model.configuration.neurons.mean, parallel: parallel
              ).run())
          }
          if wantsErrors {
            ranked.logErrors.append(Self.errors(layer, weights, plan.widths, parallel))
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
        writer.put(ranked.skipping.suffix(1).map { $0 })
        writer.put(ranked.peaks.suffix(1).map { $0 })
      } restore: { reader in
        layers += reader.take([ExpertPlan.Layer].self)
        ranked.statistics += reader.take([NeuronStatistics.Layer].self)
        stability += reader.take([RankingStability].self)
        ranked.logErrors += reader.take([[Matrix]].self)
        ranked.skipping += reader.take([Skipping].self)
        ranked.peaks += reader.take([[ActivationPeak]].self)
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

  private typealias Greedy = (
    ranking: GreedyRanking, halves: [[Double]], statistics: NeuronStatistics.Layer,
    peaks: [ActivationPeak]
  )

  /// Ranks the neurons of a layer by `Σ q h hᵀ` over all positions, q being the error weight of a
  /// position; nil if activations overflow.
  ///
  /// `halves` has the diagonal scores from the even and from the odd windows.
  private static func greedy(
    _ layer: LayerSweep.Layer, finishes: Bool, _ parallel: Parallel
  ) -> Greedy? {
    let weights = layer.weights
    let neurons = weights.neurons
    let tokens = layer.inputs.rows.reduce(0, +)
    let usesGram = usesGramMatrix(neurons: neurons, tokens: tokens)
    var statistics = NeuronStatistics.Layer(neurons: neurons)
    var gram = GramMatrix(size: usesGram ? neurons : 0)
    var diagonal = [Double](repeating: 0, count: neurons)
    var halves = [diagonal, diagonal]
    var peaks: [ActivationPeak] = []
    var down = weights.neuronMajorDown
    if let scales = layer.join.columnScales { down = down.scalingColumns(by: scales) }
    let norms = down.rowDots(down)
    let lengths = norms.map { $0.squareRoot() }
    for chunk in WindowChunks.chunks(layer.inputs.rows, size: chunk) {
      let seen = parallel.mapLarge(Array(layer.inputs.rows[chunk])) { index in
        let window = chunk.lowerBound + index
        let hidden = weights.hidden(layer.inputs[window])
        var sums = NeuronStatistics.Layer(neurons: neurons)
        sums.absoluteSum = hidden.columnAbsoluteSums()
        sums.squareSum = hidden.columnSquareSums()
        let output = weights.output(hidden)
        let residual = layer.residuals[window]
        let factors = layer.join.errorWeights(output: output, residual: residual)
          .map { $0.squareRoot() }
        let peaks = ActivationPeak.peaks(
          of: hidden, lengths: lengths,
          weights: layer.join.contributionWeights(output: output, residual: residual))
        if finishes { layer.finish(window, output) }
        return (
          sums: sums, rows: hidden.scalingRows(by: factors), peaks: peaks,
          isFinite: layer.isFinite(window, output)
        )
      }
      guard seen.allSatisfy(\.isFinite) else { return nil }
      peaks = ActivationPeak.longest(peaks + seen.flatMap(\.peaks))
      for (window, seen) in zip(chunk, seen) {
        statistics.add(seen.sums)
        for (neuron, sum) in seen.rows.columnSquareSums().enumerated() {
          diagonal[neuron] += sum
          halves[window % 2][neuron] += sum
        }
      }
      if usesGram { gram.add(Matrix(stacking: seen.map(\.rows)), parallel: parallel) }
    }
    var ranking =
      usesGram
      ? GreedyRanking(gram: consume gram, down: down, tokens: tokens, parallel: parallel)
      : GreedyRanking(diagonal: diagonal, down: down)
    // Products of single precision overflow where the double precision of the diagonal does not.
    if !ranking.scores.allSatisfy(\.isFinite) {
      ranking = GreedyRanking(diagonal: diagonal, down: down)
    }
    return (ranking, halves.map { zip($0, norms).map(*) }, statistics, peaks)
  }

  /// Errors of all experts but the last, window by window; finishes the layer.
  private static func errors(
    _ layer: LayerSweep.Layer, _ weights: FeedForwardWeights, _ widths: [Int],
    _ parallel: Parallel
  ) -> [Matrix] {
    parallel.mapLarge(layer.inputs.rows) { window in
      let outputs = ExpertOutputs(weights, input: layer.inputs[window], widths: widths)
      let errors = outputs.logErrors(
        compensations: [], residual: layer.residuals[window], join: layer.join)
      layer.finish(window, outputs.full())
      return errors
    }
  }
}
