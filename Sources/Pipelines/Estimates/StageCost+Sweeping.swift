import Architectures
import Checkpoints
import Kernels
import Work

extension StageCost {
  /// Estimated duration of a sweep over the weights on this machine, without its memory.
  ///
  /// - Parameters:
  ///   - model: the model to sweep.
  ///   - positions: number of positions.
  ///   - streams: number of variants of the model that run side by side.
  ///   - withOutput: whether logits are computed at every position.
  ///   - parallel: the parallel loop; its threads share the work.
  init(sweeping model: Model, positions: Int, streams: Int, withOutput: Bool, parallel: Parallel) {
    let configuration = model.configuration
    let hidden = Double(configuration.hiddenSize)
    let heads = Double(configuration.heads * configuration.headDimension)
    let shared = Double(configuration.keyValueHeads * configuration.headDimension)
    let attention = 2 * hidden * heads + 2 * hidden * shared
    let feedForward =
      Double(model.family.feedForwardMatrices) * hidden * configuration.neurons.mean
    let output = withOutput ? hidden * Double(configuration.vocabularySize) : 0
    let weights = Double(configuration.layers) * (attention + feedForward) + output
    // Each weight takes part in one multiplication and one addition per position.
    let operations = 2 * weights * Double(positions) * Double(streams)
    let speed = Matrix.operationsPerSecond(in: model.precision) * Double(parallel.threads)
    self.init(seconds: operations / speed)
  }
}
