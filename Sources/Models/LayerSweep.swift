package import Kernels

/// One pass over the weights, layer by layer, with all windows at once.
///
/// Weights are read and decoded a layer at a time, so memory does not grow with the number of
/// layers. Several streams, each with feed-forward networks of its own, share the pass.
package struct LayerSweep: Sendable {
  package let model: Model
  package let parallel: Parallel

  package init(_ model: Model, parallel: Parallel) {
    self.model = model
    self.parallel = parallel
  }

  /// One feed-forward network at work on one window.
  package struct Call: Sendable {
    package let layer: Int
    package let stream: Int
    package let window: Int
    /// T × D, what the network receives.
    package let input: Matrix
    package let weights: FeedForwardWeights
  }

  /// A window behind the last layer.
  package struct Finished: Sendable {
    /// T × D, the residual stream.
    package let stream: Matrix
    /// How long the layers took to compute, on one thread, without the reading of weights.
    package let seconds: Double
  }

  /// Runs all windows through all layers.
  ///
  /// - Parameters:
  ///   - windows: the tokens of each window.
  ///   - streams: how many ways of running the model advance side by side.
  ///   - feedForward: gives the output of the network, T × D, and what was seen on the way.
  ///   - finishedLayer: gets what was seen in a layer, for each stream and window in order.
  /// - Returns: for each stream and window what stands behind the last layer.
  /// - Throws: what reading weights throws, and a token without a row in the embedding.
  package func run<Observation: Sendable>(
    _ windows: [[Int]], streams: Int = 1,
    feedForward: @Sendable (Call) -> (output: Matrix, observation: Observation),
    finishedLayer: (_ layer: Int, _ observations: [[Observation]]) -> Void
  ) throws(ModelError) -> [[Finished]] {
    let embedded = try model.embed(windows, parallel: parallel)
    var states = (0..<streams).flatMap { _ in embedded.map { State<Observation>(stream: $0) } }
    let rotary = RotaryEmbedding(
      headDimension: model.configuration.headDimension, base: model.configuration.rotaryBase,
      positions: windows.map(\.count).max() ?? 0)
    for layer in 0..<model.configuration.layers {
      let decoder = try DecoderLayer(model, layer: layer, parallel: parallel)
      parallel.forEachInPlace(&states) { _, state in
        let started = ContinuousClock.now
        decoder.attend(&state.stream, rotary: rotary)
        state.seconds += (ContinuousClock.now - started) / .seconds(1)
      }
      let weights = try model.feedForward(layer: layer, parallel: parallel)
      parallel.forEachInPlace(&states) { index, state in
        let started = ContinuousClock.now
        let call = Call(
          layer: layer, stream: index / windows.count, window: index % windows.count,
          input: decoder.feedForwardInput(state.stream), weights: weights)
        let (output, observation) = feedForward(call)
        state.stream.add(output)
        state.observation = observation
        state.seconds += (ContinuousClock.now - started) / .seconds(1)
      }
      let observations = states.compactMap(\.observation)
      finishedLayer(
        layer,
        (0..<streams).map {
          Array(observations[$0 * windows.count..<($0 + 1) * windows.count])
        })
    }
    return (0..<streams).map { stream in
      states[stream * windows.count..<(stream + 1) * windows.count].map {
        Finished(stream: $0.stream, seconds: $0.seconds)
      }
    }
  }

  private struct State<Observation: Sendable>: Sendable {
    var stream: Matrix
    var observation: Observation?
    var seconds = 0.0
  }
}
