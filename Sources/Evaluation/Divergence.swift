/// Divergence of a variant from dense, as in llama.cpp's `llama-perplexity --kl-divergence`.
package struct Divergence: Sendable, Equatable {
  /// Perplexity divided by that of dense.
  ///
  /// Both are measured on the same targets, so the error is that of paired differences, far below
  /// the error of either.
  package let perplexityRatio: Estimate
  /// Mean Kullback–Leibler divergence from dense, in nats.
  package let meanKLD: Estimate
  package let kldPercentiles: [Percentile: Double]
  /// Mean change in the probability of a target.
  package let meanDeltaP: Estimate
  /// Root mean square of the change in the probability of a target.
  package let rmsDeltaP: Estimate
  /// Share of targets for which the most probable token is the same as dense's.
  package let sameTopP: Estimate

  package init(
    perplexityRatio: Estimate, meanKLD: Estimate, kldPercentiles: [Percentile: Double],
    meanDeltaP: Estimate, rmsDeltaP: Estimate, sameTopP: Estimate
  ) {
    self.perplexityRatio = perplexityRatio
    self.meanKLD = meanKLD
    self.kldPercentiles = kldPercentiles
    self.meanDeltaP = meanDeltaP
    self.rmsDeltaP = rmsDeltaP
    self.sameTopP = sameTopP
  }

  /// - Parameter windows: comparisons with at least one target in total.
  init(_ windows: [WindowComparison]) {
    let divergences = windows.flatMap(\.divergences)
    let changes = windows.flatMap(\.probabilityChanges).map { Double($0) }
    self.init(
      perplexityRatio: Estimate(meanOf: windows.flatMap(\.excessLosses).map { Double($0) })
        .exponential,
      meanKLD: Estimate(meanOf: divergences.map { Double($0) }),
      kldPercentiles: Percentile.all(of: divergences),
      meanDeltaP: Estimate(meanOf: changes),
      rmsDeltaP: Estimate(meanOf: changes.map { $0 * $0 }).squareRoot,
      sameTopP: Estimate(share: windows.reduce(0) { $0 + $1.sameTop }, of: divergences.count))
  }
}
