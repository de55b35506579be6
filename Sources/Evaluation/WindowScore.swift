import Glibc
import Kernels

/// What the logits of one window say of its targets.
struct WindowScore: Sendable {
  /// The negative log-likelihood of each target, in nats.
  let losses: [Double]
  /// The sum over targets of the Kullback–Leibler divergence of the distribution from dense.
  let divergence: Double?
  /// For how many targets the most probable token is the same as dense's.
  let sameTop: Int?

  /// - Parameters:
  ///   - distributions: T of them.
  ///   - targets: T tokens.
  ///   - reference: those of the dense model; nil where there are none.
  init(_ distributions: Distributions, targets: [Int], reference: Distributions?) {
    losses = distributions.negativeLogLikelihoods(of: targets)
    divergence = reference.map { distributions.divergences(from: $0).reduce(0, +) }
    sameTop = reference.map {
      zip(distributions.mostProbable, $0.mostProbable).count { $0 == $1 }
    }
  }
}

func exponential(_ value: Double) -> Double { exp(value) }
