import Kernels

/// Differences between the distributions of one window and those of dense, for each target.
struct WindowComparison: Sendable {
  /// Negative log-likelihood of each target minus that of dense, in nats.
  let excessLosses: [Float]
  /// Probability of each target minus that of dense.
  let probabilityChanges: [Float]
  /// Kullback–Leibler divergence of each distribution from dense, in nats.
  let divergences: [Float]
  /// Number of targets for which the most probable token is the same as dense's.
  let sameTop: Int

  init(_ distributions: Distributions, with reference: Distributions, targets: [Int]) {
    let losses = zip(
      distributions.negativeLogLikelihoods(of: targets),
      reference.negativeLogLikelihoods(of: targets))
    excessLosses = losses.map { Float($0 - $1) }
    probabilityChanges = losses.map { Float(exponential(-$0) - exponential(-$1)) }
    divergences = distributions.divergences(from: reference).map { Float($0) }
    sameTop = zip(distributions.mostProbable, reference.mostProbable).count { $0 == $1 }
  }

  /// Dense compared with itself.
  init(ofDense targets: [Int]) {
    let zeros = [Float](repeating: 0, count: targets.count)
    (excessLosses, probabilityChanges, divergences) = (zeros, zeros, zeros)
    sameTop = targets.count
  }
}
