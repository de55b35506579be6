import Architectures
package import Checkpoints
package import Kernels
package import Work

/// How long a sweep over the weights will take on this machine.
package struct WorkEstimate: Sendable {
  /// Seconds of all threads together at work.
  package let seconds: Double

  /// - Parameters:
  ///   - model: the model that is swept.
  ///   - positions: how many positions run through it.
  ///   - streams: how many ways of running it advance side by side.
  ///   - withOutput: whether logits are computed at every position.
  ///   - parallel: the threads.
  package init(
    _ model: Model, positions: Int, streams: Int, withOutput: Bool, parallel: Parallel
  ) {
    let configuration = model.configuration
    let hidden = Double(configuration.hiddenSize)
    let heads = Double(configuration.heads * configuration.headDimension)
    let shared = Double(configuration.keyValueHeads * configuration.headDimension)
    let attention = 2 * hidden * heads + 2 * hidden * shared
    let feedForward = (model.family.gated ? 3 : 2) * hidden * Double(configuration.intermediateSize)
    let output = withOutput ? hidden * Double(configuration.vocabularySize) : 0
    let weights = Double(configuration.layers) * (attention + feedForward) + output
    // Each weight takes part in one multiplication and one addition a position.
    let operations = 2 * weights * Double(positions) * Double(streams)
    seconds = operations / (Matrix.operationsPerSecond * Double(parallel.threads))
  }
}

extension Progress {
  package func estimate(_ estimates: [WorkEstimate]) {
    estimate(seconds: estimates.reduce(0) { $0 + $1.seconds })
  }
}
