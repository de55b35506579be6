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
    /// T × D, the residual stream that the network's output joins.
    package let residual: Matrix
    package let join: ResidualJoin
    package let weights: FeedForwardWeights

    package init(
      layer: Int, stream: Int, window: Int, input: Matrix, residual: Matrix, join: ResidualJoin,
      weights: FeedForwardWeights
    ) {
      self.layer = layer
      self.stream = stream
      self.window = window
      self.input = input
      self.residual = residual
      self.join = join
      self.weights = weights
    }
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
    try run(windows, phases: [streams]) { call, _ in
      feedForward(call)
    } finishedLayer: { layer, _, observations in
      finishedLayer(layer, observations)
    }
  }

  /// Runs all windows through all layers, in each layer some streams before others.
  ///
  /// - Parameters:
  ///   - windows: the tokens of each window.
  ///   - phases: how many streams run at a time; those of a later phase know what was seen in the
  ///     earlier ones.
  ///   - arrange: what becomes of a layer's weights before they are used.
  ///   - feedForward: gives the output of the network, T × D, and what was seen on the way; it gets
  ///     what was seen in this layer before, for each stream and window, nothing for the others.
  ///   - finishedLayer: gets the weights of a layer, and what was seen in it.
  /// - Returns: for each stream and window what stands behind the last layer.
  /// - Throws: what reading weights throws, and a token without a row in the embedding.
  package func run<Observation: Sendable>(
    _ windows: [[Int]], phases: [Int],
    arrange: (_ layer: Int, FeedForwardWeights) -> FeedForwardWeights = { $1 },
    feedForward:
      @Sendable (Call, _ earlier: [[Observation]]) -> (
        output: Matrix, observation: Observation
      ),
    finishedLayer: (_ layer: Int, FeedForwardWeights, _ observations: [[Observation]]) -> Void
  ) throws(ModelError) -> [[Finished]] {
    let streams = phases.reduce(0, +)
    let embedded = try model.embed(windows, parallel: parallel)
    var states = (0..<streams).flatMap { _ in embedded.map { State<Observation>(stream: $0) } }
    let positions = windows.map(\.count).max() ?? 0
    func perStream<Value>(_ value: (State<Observation>) -> Value?) -> [[Value]] {
      (0..<streams).map { stream in
        states[stream * windows.count..<(stream + 1) * windows.count].compactMap(value)
      }
    }
    for layer in 0..<model.configuration.layers {
      let decoder = try DecoderLayer(model, layer: layer, positions: positions, parallel: parallel)
      parallel.forEachInPlaceLarge(&states) { _, state in
        state.observation = nil
        state.besides = state.measure { decoder.attend(&$0) }
      }
      let weights = arrange(layer, try model.feedForward(layer: layer, parallel: parallel))
      var first = 0
      for count in phases {
        let running = first..<first + count
        let earlier = perStream(\.observation)
        parallel.forEachInPlaceLarge(&states) { index, state in
          guard running.contains(index / windows.count) else { return }
          let besides = state.besides.take()
          state.observation = state.measure { stream in
            let call = Call(
              layer: layer, stream: index / windows.count, window: index % windows.count,
              input: decoder.feedForwardInput(stream, besides: besides), residual: stream,
              join: decoder.join, weights: weights)
            let (output, observation) = feedForward(call, earlier)
            decoder.join.join(output, to: &stream)
            return observation
          }
        }
        first += count
      }
      finishedLayer(layer, weights, perStream(\.observation))
    }
    return perStream { Finished(stream: $0.stream, seconds: $0.seconds) }
  }

  private struct State<Observation: Sendable>: Sendable {
    var stream: Matrix
    /// What the network receives beside the stream.
    var besides: Matrix?
    var observation: Observation?
    var seconds = 0.0

    init(stream: Matrix) { self.stream = stream }

    mutating func measure<Result>(_ work: (inout Matrix) -> Result) -> Result {
      let started = ContinuousClock.now
      defer { seconds += (ContinuousClock.now - started) / .seconds(1) }
      return work(&stream)
    }
  }
}
