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
  let parallel: Parallel

  /// Number of tokens whose missing outputs are held at a time.
  private static let chunk = 2048

  /// - Parameters:
  ///   - target: the score to compute.
  ///   - gated: whether a neuron has three rows of weights or two.
  ///   - rank: rank of the compensation; nil for none.
  ///   - shares: how often tokens use each expert, by window; needed for compensation.
  /// - Returns: the experts, and by window the true scores of every expert but the last; the layer
  ///   is finished.
  func run(
    target: RouterTarget, gated: Bool, rank: Int?, shares: [Matrix]
  ) -> (experts: LayerExperts, truth: [Matrix]) {
    let compensations = rank.map { compensate(rank: $0, shares: shares) } ?? []
    let experts = LayerExperts(
      widths: widths, meanNeurons: meanNeurons, compensations: compensations,
      hiddenSize: weights.up.columns, gated: gated)
    let truth = parallel.mapLarge(layer.inputs.rows) { window in
      let outputs = self.outputs(window)
      layer.finish(window, outputs.full())
      return outputs.scores(
        target, compensations: compensations, residual: layer.residuals[window],
        join: layer.join)
    }
    return (experts, truth)
  }

  private func outputs(_ window: Int) -> ExpertOutputs {
    ExpertOutputs(weights, input: layer.inputs[window], widths: widths)
  }

  /// Fits the compensation of every expert but the last, without the held-back windows.
  private func compensate(rank: Int, shares: [Matrix]) -> [Compensation] {
    var fits = (0..<widths.count - 1).map { _ in
      CompensationFit(features: weights.up.columns)
    }
    for chunk in WindowChunks.chunks(layer.inputs.rows, size: Self.chunk) {
      let seen = parallel.mapLarge(Array(layer.inputs.rows[chunk])) { index in
        let window = chunk.lowerBound + index
        let input = layer.inputs[window]
        let outputs = ExpertOutputs(weights, input: input, widths: widths)
        let missing = outputs.missing()
        return (
          input: input,
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
