import Glibc

/// Learning rate that rises and falls once, along half cosine waves (arXiv 1708.07120).
///
/// The constants are those of PyTorch's `OneCycleLR`: it starts at 1/25 of the maximum, rises over
/// the first 30 % of the steps, and ends at 1/10 000 of the start.
package struct OneCycleRate: Sendable {
  private let maximum: Double
  private let steps: Int

  package init(maximum: Double, steps: Int) {
    self.maximum = maximum
    self.steps = steps
  }

  /// Rate of a step, counted from 0.
  package func callAsFunction(_ step: Int) -> Double {
    let start = maximum / 25
    let peak = 0.3 * Double(steps) - 1
    let step = Double(step)
    guard step > peak else {
      return wave(from: start, to: maximum, peak > 0 ? step / peak : 1)
    }
    return wave(from: maximum, to: start / 1e4, (step - peak) / (Double(steps - 1) - peak))
  }

  private func wave(from: Double, to: Double, _ share: Double) -> Double {
    to + (from - to) / 2 * (1 + cos(.pi * share))
  }
}
