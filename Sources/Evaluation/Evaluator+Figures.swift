import Checkpoints
import Kernels
import Running

/// Figures from the residual streams after the last layer.
extension Evaluator {
  /// Scores of the targets, for each window and stream.
  func score(
    _ streams: [LayerSweep.Windows], targets: [[Int]], reference: Int?
  ) throws(ModelError) -> [[WindowScore]] {
    let head = try OutputHead(model, parallel: parallel)
    let overflows = OverflowWatch()
    @Sendable func logits(_ stream: Int, _ window: Int) -> Matrix {
      let logits = head.logits(streams[stream][window].last(targets[window].count))
      overflows.look(at: logits, place: stream * targets.count + window)
      return logits
    }
    let scores = parallel.mapLarge(targets.map(\.count)) { window in
      let targets = targets[window]
      let dense = reference.map { Distributions(logits($0, window)) }
      return streams.indices.map { stream in
        if let dense, stream == reference {
          return WindowScore(
            losses: dense.negativeLogLikelihoods(of: targets),
            comparison: WindowComparison(ofDense: targets))
        }
        return WindowScore(
          Distributions(logits(stream, window)), beside: dense, targets: targets)
      }
    }
    try overflows.check(model, layer: nil, windows: targets.count)
    return scores
  }

  func figures(
    _ variant: Variant, isRefitted: Bool, scores: [WindowScore], work: TokenCost
  ) -> VariantFigures {
    let comparisons = scores.compactMap(\.comparison)
    return VariantFigures(
      variant: variant, isRefitted: isRefitted,
      perplexity: Estimate(meanOf: scores.flatMap(\.losses)).exponential,
      divergence: comparisons.count == scores.count ? Divergence(comparisons) : nil,
      work: work)
  }
}
