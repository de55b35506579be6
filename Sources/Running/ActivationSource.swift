import Architectures
package import Checkpoints
package import Kernels
package import Work

/// Source of a dense model's activations: the input of every feed-forward network and the residual
/// stream that its output joins, layer by layer.
///
/// A stage that reads activations and changes none takes any source; ``LayerSweep`` computes them.
/// Stages that run other networks than the dense ones need a ``LayerSweep``.
package protocol ActivationSource: Sendable {
  var model: Model { get }
  var context: Context { get }
  /// Stage that reads the activations; its key names the records.
  var stage: Stage { get }

  /// Serves all windows of a layer together.
  ///
  /// - Parameters:
  ///   - windows: the tokens of each window.
  ///   - feedForward: finishes every window with the dense output; returns false to stop.
  ///   - record: writes the record of the layer that has just finished.
  ///   - restore: reads these records, layer by layer, when interrupted work is resumed.
  /// - Throws: ``ModelError`` if activations or weights cannot be read.
  func run(
    _ windows: [[Int]], feedForward: (LayerSweep.Layer) -> Bool,
    record: (inout RecordWriter) -> Void, restore: (inout RecordReader) -> Void
  ) throws(ModelError)

  /// Serves the windows of a layer one by one.
  ///
  /// - Parameters:
  ///   - windows: the tokens of each window.
  ///   - feedForward: returns the dense output, T × D, and an observation.
  ///   - finishedLayer: receives the observations of a layer, by window.
  ///   - record: as for whole layers.
  ///   - restore: as for whole layers.
  /// - Throws: ``ModelError`` if activations or weights cannot be read.
  func observe<Observation: Sendable>(
    _ windows: [[Int]],
    feedForward: @Sendable (LayerSweep.Call) -> (output: Matrix, observation: Observation),
    finishedLayer: (_ layer: Int, _ observations: [Observation]) -> Void,
    record: (inout RecordWriter) -> Void, restore: (inout RecordReader) -> Void
  ) throws(ModelError)
}

extension ActivationSource {
  /// Reports the start of the stage, in which `tokens` tokens pass through every layer.
  package func progress(tokens: Int) -> Progress.Sweep {
    context.progress.layers(stage, of: model.configuration.layers, tokens: tokens)
  }
}

extension LayerSweep: ActivationSource {
  package func observe<Observation: Sendable>(
    _ windows: [[Int]],
    feedForward: @Sendable (Call) -> (output: Matrix, observation: Observation),
    finishedLayer: (_ layer: Int, _ observations: [Observation]) -> Void,
    record: (inout RecordWriter) -> Void, restore: (inout RecordReader) -> Void
  ) throws(ModelError) {
    _ = try run(
      windows, feedForward: feedForward,
      finishedLayer: { layer, observations in finishedLayer(layer, observations[0]) },
      record: record, restore: restore)
  }
}
