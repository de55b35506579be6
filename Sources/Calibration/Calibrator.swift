import Architectures
import ByteIO
package import Checkpoints
import Kernels
package import Running
package import Work

/// Runs the dense model over calibration text and sums the activations of its neurons.
package struct Calibrator<Source: ActivationSource>: Sendable {
  package let source: Source

  package init(from source: Source) { self.source = source }

  package var model: Model { source.model }

  /// Statistics of a range of tokens.
  ///
  /// - Parameters:
  ///   - text: the tokens.
  ///   - range: range of the tokens; nil for all.
  ///   - shard: share of the windows over the range.
  /// - Returns: sums over all positions of these windows.
  /// - Throws: ``CalibrationError`` if the model cannot be read or the text has no window.
  package func statistics(
    of text: TextTokens, range: Range<Int>? = nil, shard: DataShard = .whole
  ) throws(CalibrationError) -> NeuronStatistics {
    try halvedStatistics(of: text, range: range, shard: shard).statistics
  }

  /// Statistics of a range of tokens, and of their halves for each layer.
  ///
  /// A single window has no halves.
  package func halvedStatistics(
    of text: TextTokens, range: Range<Int>? = nil, shard: DataShard = .whole
  ) throws(CalibrationError) -> (statistics: NeuronStatistics, halves: [StatisticsHalves]) {
    let all = text.windows(range)
    let windows = Array(all[shard.windows(of: all.count)])
    guard !windows.isEmpty else {
      throw .tooShort(
        path: text.name, tokens: text.tokens.count,
        needed: shard == .whole ? text.textTokensNeeded : shard.count * text.textTokensPerWindow,
        purpose: shard == .whole ? "calibration" : "each of \(shard.count) data shards")
    }
    let (layers, halves) = try sums(of: windows)
    do {
      let statistics = NeuronStatistics(
        layers: layers, windows: windows, of: text, shard: shard, model: try model.fingerprint())
      return (statistics, windows.count > 1 ? halves : [])
    } catch {
      throw .model(error)
    }
  }

  /// Sums over all positions of windows, layer by layer, and the sums of their halves.
  package func sums(
    of windows: [[Int]]
  ) throws(CalibrationError) -> (layers: [NeuronStatistics.Layer], halves: [StatisticsHalves]) {
    var layers: [NeuronStatistics.Layer] = []
    var halves: [StatisticsHalves] = []
    let step = source.progress(tokens: windows.reduce(0) { $0 + $1.count })
    do {
      try source.observe(windows) { call in
        let hidden = call.weights.hidden(call.input)
        var sums = NeuronStatistics.Layer(neurons: hidden.columns)
        sums.absoluteSum = hidden.columnAbsoluteSums()
        sums.squareSum = hidden.columnSquareSums()
        return (call.weights.output(hidden), sums)
      } finishedLayer: { layer, observations in
        // Windows are added in order, whichever finished first, so that sums do not vary between
        // runs.
        var sum = NeuronStatistics.Layer(neurons: model.configuration.neurons[layer])
        var half = StatisticsHalves(neurons: model.configuration.neurons[layer])
        for (index, window) in observations.enumerated() {
          sum.add(window)
          half.add(window, index: index)
        }
        layers.append(sum)
        halves.append(half)
        step.done(layer + 1)
      } record: { writer in
        if let layer = layers.last, let half = halves.last {
          writer.put(layer)
          writer.put(half)
        }
      } restore: { reader in
        layers.append(reader.take())
        halves.append(reader.take())
        step.done(layers.count)
      }
      return (layers, halves)
    } catch {
      throw .model(error)
    }
  }
}

extension Calibrator where Source == LayerSweep {
  /// Calibrator that sweeps the model.
  package init(_ model: Model, _ context: Context, as stage: Stage = .calibrating) {
    self.init(from: LayerSweep(model, context, as: stage))
  }
}
