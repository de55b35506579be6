import Kernels

/// How the distributions of one window differ from those of dense, target by target.
struct WindowComparison: Sendable {
  /// By how much the negative log-likelihood of each target exceeds that of dense, in nats.
  let excessLosses: [Float]
  /// By how much the probability of each target exceeds that of dense.
  let probabilityChanges: [Float]
  /// The Kullback–Leibler divergence of each distribution from dense, in nats.
  let divergences: [Float]
  /// For how many targets the most probable token is the same as dense's.
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

  /// Dense beside itself.
  init(ofDense targets: [Int]) {
    let zeros = [Float](repeating: 0, count: targets.count)
    (excessLosses, probabilityChanges, divergences) = (zeros, zeros, zeros)
    sameTop = targets.count
  }
}
