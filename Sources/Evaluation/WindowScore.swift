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
  ///   - logits: T × V.
  ///   - targets: T tokens.
  ///   - reference: the dense model's logits; nil where there are none.
  init(logits: Matrix, targets: [Int], reference: Matrix?) {
    losses = logits.negativeLogLikelihoods(of: targets)
    guard let reference else {
      divergence = nil
      sameTop = nil
      return
    }
    divergence = logits.divergences(from: reference).reduce(0, +)
    sameTop = zip(logits.largestColumns(), reference.largestColumns()).count { $0 == $1 }
  }
}

func exponential(_ value: Double) -> Double { exp(value) }
