import DMOE
import Kernels
import Running

/// Pass of a layer's windows through its rings: outputs, compensation and true scores.
struct RingPass {
  let layer: LayerSweep.Layer
  /// All neurons by rank.
  let weights: FeedForwardWeights
  let widths: [Int]
  /// H of the mean layer of the model.
  let meanNeurons: Double
  /// Whether a neuron has three rows of weights or two.
  let gated: Bool
  /// Skipping of neurons, and the shares of the parameters that experts use by price; nil for none.
  let skipping: RankingSweep.Skipping?
  /// Weight of the layer's errors.
  let sensitivity: Double
  /// How often, and at which prices, tokens use each expert; nil without compensation.
  let use: UsualUse.Layer?
  let parallel: Parallel

  /// Number of tokens whose missing outputs are held at a time.
  private static let chunk = 2048

  /// - Parameters:
  ///   - target: the score to compute.
  ///   - rank: rank of the compensation; nil for none.
  /// - Returns: the experts, and by window the true scores of every expert but the last; the layer
  ///   is finished.
  func run(target: RouterTarget, rank: Int?) -> (experts: LayerExperts, truth: [Matrix]) {
    let compensations = rank.map { compensate(rank: $0, skips: false) } ?? []
    let experts = LayerExperts(
      widths: widths, meanNeurons: meanNeurons, sensitivity: sensitivity,
      compensations: compensations,
      hiddenSize: weights.up.columns, gated: gated,
      skipping: skipping.map { skipping in
        (
          skipping.rule.with(rank.map { compensate(rank: $0, skips: true) } ?? []),
          LayerExperts.pricedCosts(
            skipping.shares, compensation: compensations.first?.parameterCount ?? 0,
            meanNeurons: meanNeurons, hiddenSize: weights.up.columns, gated: gated)
        )
      })
    // Routers predict the errors of experts that skip nothing, which suits windows and tokens alone.
    let truth = parallel.mapLarge(layer.inputs.rows) { window in
      let outputs = self.outputs(window, skips: false)
      layer.finish(window, outputs.full())
      return outputs.scores(
        target, of: experts, price: nil, residual: layer.residuals[window], join: layer.join)
    }
    return (experts, truth)
  }

  /// Outputs of the experts in a window, each at its usual price if they skip neurons.
  private func outputs(_ window: Int, skips: Bool) -> ExpertOutputs {
    var skip: ExpertOutputs.Skip?
    if skips, let skipping, let use {
      skip = .init(skipping.rule, residual: layer.residuals[window], prices: use.prices)
    }
    return ExpertOutputs(weights, input: layer.inputs[window], widths: widths, skip: skip)
  }

  /// Fits the compensation of every expert but the last, without the held-back windows.
  private func compensate(rank: Int, skips: Bool) -> [Compensation] {
    let shares = use?.shares ?? []
    let count = widths.count - 1
    var fits = (0..<count).map { _ in
      CompensationFit(features: weights.up.columns)
    }
    for chunk in WindowChunks.chunks(layer.inputs.rows, size: Self.chunk) {
      let seen = parallel.mapLarge(Array(layer.inputs.rows[chunk])) { index in
        let window = chunk.lowerBound + index
        let outputs = self.outputs(window, skips: skips)
        let missing = (0..<count).map { outputs.missing($0) }
        return (
          input: layer.inputs[window],
          missing: layer.join.columnScales.map { scales in
            missing.map { $0.scalingColumns(by: scales) }
          } ?? missing,
          weights: outputs.errorWeights(residual: layer.residuals[window], join: layer.join)
        )
      }
      parallel.forEachInPlace(&fits) { expert, fit in
        for (index, seen) in seen.enumerated() {
          let window = chunk.lowerBound + index
          guard !HeldBackWindows.contains(window, of: layer.inputs.count) else { continue }
          let weights = seen.weights.enumerated().map { token, weight in
            // The sweep throws if an output is not finite, but only after this layer.
            guard weight.isFinite else { return 0.0 }
            return Double(shares[window].values[token * shares[window].columns + expert]) * weight
          }
          fit.add(seen.input, seen.missing[expert], weights: weights)
        }
      }
    }
    let scales = layer.join.columnScales
    return parallel.map(fits.count) { [fits] in fits[$0].fit(rank: rank, outputScales: scales) }
  }
}
