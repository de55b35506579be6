import Architectures
import ByteIO
package import Checkpoints
package import Kernels
package import Work

/// One pass over the weights, layer by layer, with all windows at once.
///
/// Weights are read and decoded a layer at a time, so memory does not grow with the number of
/// layers. Several streams, each with feed-forward networks of its own, share the pass. What does not
/// fit into memory lies in a file.
package struct LayerSweep: Sendable {
  package let model: Model
  package let parallel: Parallel
  package let workspace: Workspace
  /// What the journal calls this sweep among others of the same work.
  package let phase: String

  package init(
    _ model: Model, parallel: Parallel, workspace: Workspace = Workspace(), phase: String = ""
  ) {
    self.model = model
    self.parallel = parallel
    self.workspace = workspace
    self.phase = phase
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

  /// The windows of a stream behind the last layer.
  package struct Finished: Sendable, RandomAccessCollection {
    package struct Window: Sendable {
      /// T × D, the residual stream.
      package let stream: Matrix
    }

    /// T × D for each window, the residual stream.
    package let windows: Windows
    /// How long the layers took to compute, on one thread, without the reading of weights.
    package let seconds: Double

    package var startIndex: Int { 0 }
    package var endIndex: Int { windows.count }
    package subscript(window: Int) -> Window { Window(stream: windows[window]) }
  }

  /// Matrices that are there when they are asked for, and not before.
  package struct Windows: Sendable {
    /// Of each window.
    package let rows: [Int]
    let load: @Sendable (Int) -> Matrix

    package var count: Int { rows.count }
    package subscript(window: Int) -> Matrix { load(window) }
  }

  /// Runs all windows through all layers.
  ///
  /// - Parameters:
  ///   - windows: the tokens of each window.
  ///   - streams: how many ways of running the model advance side by side.
  ///   - feedForward: gives the output of the network, T × D, and what was seen on the way.
  ///   - finishedLayer: gets what was seen in a layer, for each stream and window in order.
  ///   - record: what must be kept of the layer that has just finished, for work that is interrupted.
  ///   - restore: gets, when such work is taken up, what was kept, layer by layer.
  /// - Returns: for each stream what stands behind the last layer.
  /// - Throws: what reading weights throws, and a token without a row in the embedding.
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
  ///   - record: what must be kept of the layer that has just finished, for work that is interrupted.
  ///   - restore: gets, when such work is taken up, what was kept, layer by layer.
  /// - Returns: for each stream what stands behind the last layer.
  /// - Throws: what reading weights throws, and a token without a row in the embedding.
  package func run<Observation: Sendable>(
    _ windows: [[Int]], phases: [Int],
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
    let course = try SweepCourse(self, windows, streams: streams, isTwofold: false) { reader in
      for (index, seconds) in reader.take([Double].self).enumerated().prefix(visits.count) {
        visits[index].seconds = seconds
      }
      restore(&reader)
    }
    let states = course.states
    for layer in course.finishedLayers..<model.configuration.layers {
      let decoder = try DecoderLayer(
        model, layer: layer, positions: course.positions, parallel: parallel)
      let weights = arrange(layer, try model.feedForward(layer: layer, parallel: parallel))
      let (from, to) = (course.area(before: layer), course.area(before: layer + 1))
      var seen = [[Observation]](repeating: [], count: streams)
      var first = 0
      for count in phases {
        let earlier = seen
        let running = first * windows.count..<(first + count) * windows.count
        var part = Array(visits[running])
        let sizes = running.map { windows[$0 % windows.count].count }
        parallel.forEachInPlaceLarge(&part, sizes: sizes) { place, visit in
          let index = running.lowerBound + place
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
          states.write(stream, index, to: to)
        }
        visits.replaceSubrange(running, with: part)
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

  /// A window of a stream on its way through the layers.
  private struct Visit<Observation: Sendable>: Sendable {
    var observation: Observation?
    var seconds = 0.0

    mutating func measure(_ work: (inout Visit) -> Void) {
      let started = ContinuousClock.now
      work(&self)
      // Threads that share the work are as many times as long at it.
      seconds += (ContinuousClock.now - started) / .seconds(1) * Double(Parallel.within.threads)
    }
  }
}
