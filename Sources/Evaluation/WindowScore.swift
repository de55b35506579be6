import Glibc

/// What the logits of one window say of its targets.
struct WindowScore: Sendable {
  /// The negative log-likelihood of each target, in nats.
  let losses: [Double]
  /// Beside dense; nil where it was not run.
  let comparison: WindowComparison?
}

func exponential(_ value: Double) -> Double { exp(value) }
