import Architectures
import ByteIO
package import Checkpoints
package import Kernels
package import Work

/// Pass over the weights, layer by layer, with all windows at once.
///
/// Weights are read and decoded a layer at a time, so memory does not grow with the number of
/// layers. Several streams, each with its own feed-forward networks, share the pass. Hidden states
/// that do not fit into memory go to a file.
package struct LayerSweep: Sendable {
  package let model: Model
  package let context: Context
  /// Stage that the sweep is part of; its key names the records in the journal.
  package let stage: Stage
  /// Tokens at the end of each window that are not run, as nothing is predicted from them; they
  /// count in its length, by which some models choose their angles.
  package var omittedTokens = 0

  package var parallel: Parallel { context.parallel }

  package init(_ model: Model, _ context: Context, as stage: Stage) {
    self.model = model
    self.context = context
    self.stage = stage
  }

  /// Sweep outside of any plan, which reports no progress and cannot be resumed.
  package init(_ model: Model, parallel: Parallel, workspace: Workspace = Workspace()) {
    self.init(model, Context(parallel, workspace: workspace), as: .running)
  }

  /// Stream that is another one up to a layer, where it leaves it.
  package struct Branch: Sendable {
    package let stream: Int
    /// First layer that the stream runs by itself.
    package let layer: Int

    package init(from stream: Int, at layer: Int) {
      self.stream = stream
      self.layer = layer
    }
  }

  /// Evaluation of one feed-forward network on one window.
  package struct Call: Sendable {
    package let layer: Int
    package let stream: Int
    package let window: Int
    /// T × D, input of the network.
    package let input: Matrix
    /// T × D, residual stream to which the network's output is added.
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

  /// Windows of a stream after the last layer.
  package struct Finished: Sendable, RandomAccessCollection {
    package struct Window: Sendable {
      /// T × D, the residual stream.
      package let stream: Matrix
    }

    /// Residual stream of each window, T × D.
    package let windows: Windows
    /// Compute time of the layers in seconds, summed over threads, without reading weights.
    package let seconds: Double

    package var startIndex: Int { 0 }
    package var endIndex: Int { windows.count }
    package subscript(window: Int) -> Window { Window(stream: windows[window]) }
  }

  /// Matrices by window, loaded on access.
  package struct Windows: Sendable {
    /// Number of rows of each window.
    package let rows: [Int]
    let load: @Sendable (Int) -> Matrix

    package var count: Int { rows.count }
    package subscript(window: Int) -> Matrix { load(window) }
    package subscript(windows: Range<Int>) -> Windows {
      Windows(rows: Array(rows[windows])) { load(windows.lowerBound + $0) }
    }
  }

  /// Runs all windows through all layers.
  ///
  /// - Parameters:
  ///   - windows: the tokens of each window.
  ///   - streams: number of variants of the model that run side by side.
  ///   - feedForward: returns the output of the network, T × D, and an observation.
  ///   - finishedLayer: receives the observations of a layer, by stream and window.
  ///   - record: writes the journal record of the layer that has just finished.
  ///   - restore: reads these records, layer by layer, when interrupted work is resumed.
  /// - Returns: the windows of each stream after the last layer.
  /// - Throws: ``ModelError`` if weights cannot be read or are not finite, a token has no row in the
  ///   embedding, or activations overflow.
  package func run<Observation: Sendable>(
    _ windows: [[Int]], streams: Int = 1,
    feedForward: @Sendable (Call) -> (output: Matrix, observation: Observation),
    finishedLayer: (_ layer: Int, _ observations: [[Observation]]) -> Void,
    record: (inout RecordWriter) -> Void = { _ in },
    restore: (inout RecordReader) -> Void = { _ in }
  ) throws(ModelError) -> [Finished] {
    try run(
      windows, phases: [streams], feedForward: { call, _ in feedForward(call) },
      finishedLayer: { layer, _, observations in finishedLayer(layer, observations) },
      record: record, restore: restore)
  }

  /// Runs all windows through all layers; within a layer, streams run in phases.
  ///
  /// - Parameters:
  ///   - windows: the tokens of each window.
  ///   - phases: number of streams in each phase; a later phase sees the observations of earlier
  ///     ones.
  ///   - branches: streams that leave another one, which leaves none; until then they are not run.
  ///   - arrange: rearranges a layer's weights before use.
  ///   - feedForward: returns the output of the network, T × D, and an observation; receives the
  ///     observations of earlier phases in this layer, by stream and window, empty for other
  ///     streams.
  ///   - finishedLayer: receives the weights of a layer and its observations.
  ///   - record: writes the journal record of the layer that has just finished.
  ///   - restore: reads these records, layer by layer, when interrupted work is resumed.
  /// - Returns: the windows of each stream after the last layer.
  /// - Throws: ``ModelError`` if weights cannot be read or are not finite, a token has no row in the
  ///   embedding, or activations overflow.
  package func run<Observation: Sendable>(
    _ windows: [[Int]], phases: [Int], branches: [Int: Branch] = [:],
    arrange: (_ layer: Int, FeedForwardWeights) -> FeedForwardWeights = { $1 },
    feedForward:
      @Sendable (Call, _ earlier: [[Observation]]) -> (
        output: Matrix, observation: Observation
      ),
    finishedLayer: (_ layer: Int, FeedForwardWeights, _ observations: [[Observation]]) -> Void,
    record: (inout RecordWriter) -> Void = { _ in },
    restore: (inout RecordReader) -> Void = { _ in }
  ) throws(ModelError) -> [Finished] {
    let streams = phases.reduce(0, +)
    var visits = [Visit<Observation>](repeating: Visit(), count: streams * windows.count)
    let starts = (0..<streams).map { branches[$0]?.layer ?? 0 }
    let course = try SweepCourse(self, windows, starts: starts, isTwofold: false) { reader in
      for (index, seconds) in reader.take([Double].self).enumerated().prefix(visits.count) {
        visits[index].seconds = seconds
      }
      restore(&reader)
    }
    let states = course.states
    for layer in course.finishedLayers..<model.configuration.layers {
      let decoder = try DecoderLayer(
        model, layer: layer, positions: course.positions, omitted: omittedTokens,
        parallel: parallel)
      let weights = arrange(layer, try model.feedForward(layer: layer, parallel: parallel))
      let (from, to) = (course.area(before: layer), course.area(before: layer + 1))
      var seen = [[Observation]](repeating: [], count: streams)
      // The journal has no checksums of what is copied here: its own stream still has the states.
      for (stream, branch) in branches where branch.layer == layer && layer > 0 {
        for window in windows.indices {
          let left = states.read(branch.stream * windows.count + window, in: from)
          states.write(left, stream * windows.count + window, to: from)
        }
      }
      var first = 0
      for count in phases {
        let earlier = seen
        let running = (first..<first + count).filter { starts[$0] <= layer }
          .flatMap { $0 * windows.count..<($0 + 1) * windows.count }
        var part = running.map { visits[$0] }
        let sizes = running.map { windows[$0 % windows.count].count }
        let overflows = OverflowWatch()
        parallel.forEachInPlaceLarge(&part, sizes: sizes) { place, visit in
          let index = running[place]
          var stream = states.take(index, from: from)
          visit.measure { visit in
            let besides = decoder.attend(&stream)
            let call = Call(
              layer: layer, stream: index / windows.count, window: index % windows.count,
              input: decoder.feedForwardInput(stream, besides: besides), residual: stream,
              join: decoder.join, weights: weights)
            let (output, observation) = feedForward(call, earlier)
            decoder.join.join(output, to: &stream)
            visit.observation = observation
          }
          overflows.look(at: stream, place: index)
          states.write(stream, index, to: to)
        }
        try overflows.check(model, layer: layer, windows: windows.count)
        for (index, visit) in zip(running, part) { visits[index] = visit }
        for stream in first..<first + count {
          seen[stream] = visits[stream * windows.count..<(stream + 1) * windows.count]
            .compactMap(\.observation)
        }
        first += count
      }
      finishedLayer(layer, weights, seen)
      try course.finish(layer) { writer in
        writer.put(visits.map(\.seconds))
        record(&writer)
      }
    }
    let last = course.area(before: model.configuration.layers)
    return (0..<streams).map { stream in
      let first = stream * windows.count
      return Finished(
        windows: Windows(rows: windows.map(\.count)) { states.read(first + $0, in: last) },
        seconds: visits[first..<first + windows.count].reduce(0) { $0 + $1.seconds })
    }
  }

  /// State of one window of a stream during the sweep.
  private struct Visit<Observation: Sendable>: Sendable {
    var observation: Observation?
    var seconds = 0.0

    mutating func measure(_ work: (inout Visit) -> Void) {
      let started = ContinuousClock.now
      work(&self)
      // Counts the time of all threads that share the work.
      seconds += (ContinuousClock.now - started) / .seconds(1) * Double(Parallel.within.threads)
    }
  }
}
