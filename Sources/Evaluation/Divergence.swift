/// How far a variant is from dense, by the figures of llama.cpp's `llama-perplexity --kl-divergence`.
package struct Divergence: Sendable, Equatable {
  /// The perplexity over that of dense.
  ///
  /// Both are of the same targets: its error is that of paired differences, far below either's own.
  package let perplexityRatio: Estimate
  /// The mean Kullback–Leibler divergence from dense, in nats.
  package let meanKLD: Estimate
  package let kldPercentiles: [Percentile: Double]
  /// The mean change of the probability of a target.
  package let meanDeltaP: Estimate
  /// The root of the mean square of that change.
  package let rmsDeltaP: Estimate
  /// The share of targets for which the most probable token is that of dense.
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

  /// - Parameter windows: what was compared, with one target at least.
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
