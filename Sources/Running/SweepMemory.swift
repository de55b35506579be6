import Architectures
package import Checkpoints

/// Memory that a sweep takes, in bytes.
package struct SweepMemory: Sendable {
  /// Hidden states, which may go to a file.
  package let states: Int
  /// Weights of a layer, and working memory of the threads.
  package let fixed: Int

  package var total: Int {
    let (sum, overflow) = states.addingReportingOverflow(fixed)
    return overflow ? .max : sum
  }

  /// - Parameters:
  ///   - model: the model to sweep.
  ///   - positions: positions of all windows and streams.
  ///   - context: positions of a window.
  ///   - areas: number of hidden states held for each position.
  ///   - threads: number of windows processed at a time.
  package init(_ model: Model, positions: Int, context: Int, areas: Int, threads: Int) {
    let configuration = model.configuration
    let float = MemoryLayout<Float>.stride
    states = positions * configuration.hiddenSize * areas * float
    let heads = (configuration.heads + configuration.keyValueHeads) * configuration.headDimension
    let neuron = model.family.feedForwardMatrices * configuration.hiddenSize
    let weights = 2 * configuration.hiddenSize * heads + neuron * configuration.neurons.widest
    let wide = 3 * configuration.neurons.widest + 8 * configuration.hiddenSize
    let activations = threads * context * (wide + context)
    fixed = (weights + activations) * float
  }
}
