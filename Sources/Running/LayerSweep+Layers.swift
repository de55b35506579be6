import Architectures
import ByteIO
package import Checkpoints
package import Kernels
package import Work

extension LayerSweep {
  /// Feed-forward network of a layer, with its inputs in all windows.
  package struct Layer: Sendable {
    package let index: Int
    package let weights: FeedForwardWeights
    /// Inputs of the network by window, T × D.
    package let inputs: Windows
    /// Residual streams by window, T × D, to which the network's outputs are added.
    package let residuals: Windows
    package let join: ResidualJoin
    /// Takes the output of the network in a window, T × D; required for every window.
    package let finish: @Sendable (_ window: Int, _ output: Matrix) -> Void
    let overflows: OverflowWatch

    /// Whether an output of the network in a window, T × D, leaves the stream finite.
    ///
    /// The sweep throws if it does not. ``finish`` looks at outputs too, but results that would be
    /// invalid are better not computed.
    package func isFinite(_ window: Int, _ output: Matrix) -> Bool {
      guard output.firstRowOverflowing != nil else { return true }
      overflows.look(at: output, place: window)
      return false
    }
  }

  package func run(
    _ windows: [[Int]], feedForward: (Layer) -> Bool,
    record: (inout RecordWriter) -> Void = { _ in },
    restore: (inout RecordReader) -> Void = { _ in }
  ) throws(ModelError) {
    _ = try streams(of: windows, feedForward: feedForward, record: record, restore: restore)
  }

  /// Runs all windows through all layers, for work that needs all windows of a layer together.
  ///
  /// - Parameters:
  ///   - windows: the tokens of each window.
  ///   - feedForward: finishes every window; returns false to stop.
  ///   - record: writes the journal record of the layer that has just finished.
  ///   - restore: reads these records, layer by layer, when interrupted work is resumed.
  /// - Returns: the residual streams behind the last layer that ran, T × D; without rows where work
  ///   that was finished before is resumed.
  /// - Throws: ``ModelError`` if weights cannot be read or are not finite, a token has no row in the
  ///   embedding, or activations overflow.
  package func streams(
    of windows: [[Int]], feedForward: (Layer) -> Bool,
    record: (inout RecordWriter) -> Void = { _ in },
    restore: (inout RecordReader) -> Void = { _ in }
  ) throws(ModelError) -> Windows {
    let course = try SweepCourse(self, windows, starts: [0], isTwofold: true, restore: restore)
    let states = course.states
    let inputs = course.inputArea
    let rows = windows.map(\.count)
    for index in course.finishedLayers..<model.configuration.layers {
      let decoder = try DecoderLayer(
        model, layer: index, positions: course.positions, omitted: omittedTokens,
        parallel: parallel)
      let (from, within) = (course.area(before: index), course.area(within: index))
      let overflows = OverflowWatch()
      parallel.forEachLarge(rows) { window in
        var stream = states.take(window, from: from)
        let besides = decoder.attend(&stream)
        overflows.look(at: stream, place: window)
        states.write(stream, window, to: within)
        if let besides, let inputs { states.write(besides, window, to: inputs) }
      }
      try overflows.check(model, layer: index, windows: windows.count)
      let to = course.area(before: index + 1)
      let layer = Layer(
        index: index, weights: try model.feedForward(layer: index, parallel: parallel),
        inputs: Windows(rows: rows) {
          if let inputs { return states.read($0, in: inputs) }
          return decoder.feedForwardInput(states.read($0, in: within), besides: nil)
        },
        residuals: Windows(rows: rows) { states.read($0, in: within) }, join: decoder.join,
        finish: { window, output in
          var stream = states.read(window, in: within)
          decoder.join.join(output, to: &stream)
          overflows.look(at: stream, place: window)
          states.write(stream, window, to: to)
        }, overflows: overflows)
      let goesOn = feedForward(layer)
      try overflows.check(model, layer: index, windows: windows.count)
      guard goesOn else { return Windows(rows: rows) { states.read($0, in: to) } }
      try course.finish(index, record: record)
    }
    course.end()
    let last = course.area(before: model.configuration.layers)
    return Windows(rows: rows) { states.read($0, in: last) }
  }
}
