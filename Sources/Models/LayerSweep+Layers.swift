package import Kernels

extension LayerSweep {
  /// A feed-forward network and everything that it receives, in all windows.
  package struct Layer: Sendable {
    package let index: Int
    package let weights: FeedForwardWeights
    /// For each window T × D, what the network receives.
    package let inputs: [Matrix]
    /// For each window T × D, the residual stream that the network's output joins.
    package let residuals: [Matrix]
  }

  /// Runs all windows through all layers, for work that must see a layer's windows together.
  ///
  /// - Parameters:
  ///   - windows: the tokens of each window.
  ///   - feedForward: gives the output of the network for each window, T × D, or nil to stop.
  /// - Throws: what reading weights throws, and a token without a row in the embedding.
  package func run(
    _ windows: [[Int]], feedForward: (Layer) -> [Matrix]?
  ) throws(ModelError) {
    var streams = try model.embed(windows, parallel: parallel)
    let rotary = RotaryEmbedding(
      headDimension: model.configuration.headDimension, base: model.configuration.rotaryBase,
      positions: windows.map(\.count).max() ?? 0)
    for index in 0..<model.configuration.layers {
      let decoder = try DecoderLayer(model, layer: index, parallel: parallel)
      parallel.forEachInPlace(&streams) { _, stream in decoder.attend(&stream, rotary: rotary) }
      let residuals = streams
      let layer = Layer(
        index: index, weights: try model.feedForward(layer: index, parallel: parallel),
        inputs: parallel.map(residuals.count) { decoder.feedForwardInput(residuals[$0]) },
        residuals: residuals)
      guard let outputs = feedForward(layer) else { return }
      parallel.forEachInPlace(&streams) { window, stream in stream.add(outputs[window]) }
    }
  }
}
