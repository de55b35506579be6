import Architectures
package import Checkpoints
package import Kernels
package import Work

/// Estimated duration of a sweep over the weights on this machine.
package struct WorkEstimate: Sendable {
  /// Elapsed seconds with all threads at work.
  package let seconds: Double

  /// - Parameters:
  ///   - model: the model to sweep.
  ///   - positions: number of positions.
  ///   - streams: number of variants of the model that run side by side.
  ///   - withOutput: whether logits are computed at every position.
  ///   - parallel: the parallel loop; its threads share the work.
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
    // Each weight takes part in one multiplication and one addition per position.
    let operations = 2 * weights * Double(positions) * Double(streams)
    seconds = operations / (Matrix.operationsPerSecond * Double(parallel.threads))
  }
}

extension Progress {
  package func estimate(_ estimates: [WorkEstimate]) {
    estimate(seconds: estimates.reduce(0) { $0 + $1.seconds })
  }
}
