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
    return parallel.mapLarge(targets.map(\.count)) { window in
      let targets = targets[window]
      let dense = reference.map { Distributions(head.logits(streams[$0][window])) }
      return streams.indices.map { stream in
        if let dense, stream == reference {
          return WindowScore(
            losses: dense.negativeLogLikelihoods(of: targets),
            comparison: WindowComparison(ofDense: targets))
        }
        return WindowScore(
          Distributions(head.logits(streams[stream][window])), beside: dense, targets: targets)
      }
    }
  }

  func figures(
    _ variant: Variant, scores: [WindowScore], work: TokenCost
  ) -> VariantFigures {
    let comparisons = scores.compactMap(\.comparison)
    return VariantFigures(
      variant: variant,
      perplexity: Estimate(meanOf: scores.flatMap(\.losses)).exponential,
      divergence: comparisons.count == scores.count ? Divergence(comparisons) : nil,
      work: work)
  }
}
