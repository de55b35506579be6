import Glibc
import Kernels

/// What the logits of one window say of its targets.
struct WindowScore: Sendable {
  /// The negative log-likelihood of each target, in nats.
  let losses: [Double]
  /// Beside dense; nil where it was not run.
  let comparison: WindowComparison?
}

extension WindowScore {
  init(_ distributions: Distributions, beside dense: Distributions?, targets: [Int]) {
    losses = distributions.negativeLogLikelihoods(of: targets)
    comparison = dense.map { WindowComparison(distributions, with: $0, targets: targets) }
  }
}

func exponential(_ value: Double) -> Double { exp(value) }
