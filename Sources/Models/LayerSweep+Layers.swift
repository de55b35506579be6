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
    package let join: ResidualJoin
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
    var visits = try model.embed(windows, parallel: parallel).map { Visit(stream: $0, input: $0) }
    let positions = windows.map(\.count).max() ?? 0
    for index in 0..<model.configuration.layers {
      let decoder = try DecoderLayer(model, layer: index, positions: positions, parallel: parallel)
      parallel.forEachInPlaceLarge(&visits) { _, visit in
        let besides = decoder.attend(&visit.stream)
        visit.input = decoder.feedForwardInput(visit.stream, besides: besides)
      }
      let layer = Layer(
        index: index, weights: try model.feedForward(layer: index, parallel: parallel),
        inputs: visits.map(\.input), residuals: visits.map(\.stream), join: decoder.join)
      guard let outputs = feedForward(layer) else { return }
      parallel.forEachInPlace(&visits) { window, visit in
        decoder.join.join(outputs[window], to: &visit.stream)
      }
    }
  }

  private struct Visit: Sendable {
    var stream: Matrix
    var input: Matrix
  }
}
