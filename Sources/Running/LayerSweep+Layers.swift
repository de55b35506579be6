import Architectures
import ByteIO
package import Checkpoints
package import Kernels
package import Work

extension LayerSweep {
  /// A feed-forward network and everything that it receives, in all windows.
  package struct Layer: Sendable {
    package let index: Int
    package let weights: FeedForwardWeights
    /// For each window T × D, what the network receives.
    package let inputs: Windows
    /// For each window T × D, the residual stream that the network's output joins.
    package let residuals: Windows
    package let join: ResidualJoin
    /// Takes the output of the network in a window, T × D; each window must be given one.
    package let finish: @Sendable (_ window: Int, _ output: Matrix) -> Void
  }

  /// Runs all windows through all layers, for work that must see a layer's windows together.
  ///
  /// - Parameters:
  ///   - windows: the tokens of each window.
  ///   - feedForward: finishes every window; false to stop.
  ///   - record: what must be kept of the layer that has just finished, for work that is interrupted.
  ///   - restore: gets, when such work is taken up, what was kept, layer by layer.
  /// - Throws: what reading weights throws, and a token without a row in the embedding.
  package func run(
    _ windows: [[Int]], feedForward: (Layer) -> Bool,
    record: (inout RecordWriter) -> Void = { _ in },
    restore: (inout RecordReader) -> Void = { _ in }
  ) throws(ModelError) {
    let course = try SweepCourse(self, windows, streams: 1, isTwofold: true, restore: restore)
    let states = course.states
    let inputs = course.inputArea
    let rows = windows.map(\.count)
    for index in course.finishedLayers..<model.configuration.layers {
      let decoder = try DecoderLayer(
        model, layer: index, positions: course.positions, parallel: parallel)
      let (from, within) = (course.area(before: index), course.area(within: index))
      parallel.forEachLarge(rows) { window in
        var stream = states.take(window, from: from)
        let besides = decoder.attend(&stream)
        states.write(stream, window, to: within)
        if let besides, let inputs { states.write(besides, window, to: inputs) }
      }
      let to = course.area(before: index + 1)
      let layer = Layer(
        index: index, weights: try model.feedForward(layer: index, parallel: parallel),
        inputs: Windows(rows: rows) {
          if let inputs { return states.read($0, in: inputs) }
          return decoder.feedForwardInput(states.read($0, in: within), besides: nil)
        },
        residuals: Windows(rows: rows) { states.read($0, in: within) }, join: decoder.join
      ) { window, output in
        var stream = states.read(window, in: within)
        decoder.join.join(output, to: &stream)
        states.write(stream, window, to: to)
      }
      guard feedForward(layer) else { return }
      try course.finish(index, record: record)
    }
    course.end()
  }
}
