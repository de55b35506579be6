import Kernels
import Models

/// One layer's windows through its rings: outputs, compensation, and what is true of every expert.
struct RingPass {
  let layer: LayerSweep.Layer
  /// All neurons by rank.
  let weights: FeedForwardWeights
  let widths: [Int]
  let parallel: Parallel

  /// How many tokens' missing outputs are kept at a time.
  private static let chunk = 2048

  /// - Parameters:
  ///   - aim: what is wanted of every expert.
  ///   - gated: whether a neuron has three rows of weights.
  ///   - rank: of the compensation; nil for none.
  ///   - shares: for each window how often tokens use each expert; needed for compensation.
  /// - Returns: for each window the full output and what is true of every expert but the last.
  func run(
    aim: RouterAim, gated: Bool, rank: Int?, shares: [Matrix]
  ) -> (outputs: [Matrix], experts: LayerExperts, truth: [Matrix]) {
    let hiddenSize = layer.inputs[0].columns
    guard let rank else {
      let experts = LayerExperts(widths: widths, hiddenSize: hiddenSize, gated: gated)
      let results = parallel.map(layer.inputs.count) { window in
        let outputs = self.outputs(window)
        return (outputs.full(), self.truth(window, aim, outputs, []))
      }
      return (results.map(\.0), experts, results.map(\.1))
    }
    let (outputs, compensations) = compensate(rank: rank, shares: shares)
    let experts = LayerExperts(
      widths: widths, compensations: compensations, hiddenSize: hiddenSize, gated: gated)
    let truth = parallel.map(layer.inputs.count) { window in
      self.truth(window, aim, self.outputs(window), compensations)
    }
    return (outputs, experts, truth)
  }

  private func outputs(_ window: Int) -> ExpertOutputs {
    ExpertOutputs(weights, input: layer.inputs[window], widths: widths)
  }

  private func truth(
    _ window: Int, _ aim: RouterAim, _ outputs: ExpertOutputs, _ compensations: [Compensation]
  ) -> Matrix {
    outputs.scores(
      aim, compensations: compensations, residual: layer.residuals[window], join: layer.join)
  }

  /// Fits the compensation of every expert but the last, on the windows that do not judge.
  private func compensate(
    rank: Int, shares: [Matrix]
  ) -> (outputs: [Matrix], compensations: [Compensation]) {
    var fits = (0..<widths.count - 1).map { _ in
      CompensationFit(features: layer.inputs[0].columns)
    }
    var outputs: [Matrix] = []
    for chunk in WindowChunks.chunks(layer.inputs.map(\.rows), size: Self.chunk) {
      let seen = parallel.map(chunk.count) { index in
        let window = chunk.lowerBound + index
        let outputs = self.outputs(window)
        let missing = outputs.missing()
        return (
          output: outputs.full(),
          missing: layer.join.columnScales.map { scales in
            missing.map { $0.scalingColumns(by: scales) }
          } ?? missing,
          weights: outputs.errorWeights(residual: layer.residuals[window], join: layer.join)
        )
      }
      parallel.forEachInPlace(&fits) { expert, fit in
        for (index, seen) in seen.enumerated() {
          let window = chunk.lowerBound + index
          guard !Judging.isJudge(window, of: layer.inputs.count) else { continue }
          let weights = seen.weights.enumerated().map { token, weight in
            Double(shares[window].values[token * shares[window].columns + expert]) * weight
          }
          fit.add(layer.inputs[window], seen.missing[expert], weights: weights)
        }
      }
      outputs += seen.map(\.output)
    }
    let scales = layer.join.columnScales
    return (
      outputs, parallel.map(fits.count) { [fits] in fits[$0].fit(rank: rank, outputScales: scales) }
    )
  }
}
