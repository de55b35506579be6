import Architectures
package import Checkpoints

/// How much memory a sweep takes.
package struct SweepMemory: Sendable {
  /// Of the hidden states, which may go to a file.
  package let states: Int
  /// Of a layer's weights, and of what the threads work on.
  package let fixed: Int

  package var total: Int {
    let (sum, overflow) = states.addingReportingOverflow(fixed)
    return overflow ? .max : sum
  }

  /// - Parameters:
  ///   - model: the model that is swept.
  ///   - positions: of all windows and streams.
  ///   - context: the positions of a window.
  ///   - areas: how many hidden states of each position there are at a time.
  ///   - threads: how many windows are at work.
  package init(_ model: Model, positions: Int, context: Int, areas: Int, threads: Int) {
    let configuration = model.configuration
    let float = MemoryLayout<Float>.stride
    states = positions * configuration.hiddenSize * areas * float
    let heads = (configuration.heads + configuration.keyValueHeads) * configuration.headDimension
    let neuron = (model.family.gated ? 3 : 2) * configuration.hiddenSize
    let weights = 2 * configuration.hiddenSize * heads + neuron * configuration.intermediateSize
    let wide = 3 * configuration.intermediateSize + 8 * configuration.hiddenSize
    let activations = threads * context * (wide + context)
    fixed = (weights + activations) * float
  }
}
