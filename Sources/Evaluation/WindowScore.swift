import Glibc
import Kernels

/// Losses of the targets of one window, and their comparison with dense.
struct WindowScore: Sendable {
  /// Negative log-likelihood of each target, in nats.
  let losses: [Double]
  /// Comparison with dense; nil if dense was not run.
  let comparison: WindowComparison?
}

extension WindowScore {
  init(_ distributions: Distributions, beside dense: Distributions?, targets: [Int]) {
    losses = distributions.negativeLogLikelihoods(of: targets)
    comparison = dense.map { WindowComparison(distributions, with: $0, targets: targets) }
  }
}

func exponential(_ value: Double) -> Double { exp(value) }
