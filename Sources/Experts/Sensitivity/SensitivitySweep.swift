import Architectures
import ByteIO
package import Checkpoints
import Glibc
import Kernels
import Running
package import Work

/// Measures how much the error of a layer moves what the model predicts: runs the model once for each
/// layer, with fewer neurons there, beside the dense model.
///
/// What the loss of single neurons does is tried in the same way.
///
/// An error of the last layers, which no later layer corrects, may weigh several times as much as the
/// same error in the middle.
package struct SensitivitySweep: Sendable {
  package let plan: ExpertPlan
  private let windows: [[Int]]
  private let peaks: [(layer: Int, peak: ActivationPeak)]

  /// - Parameters:
  ///   - plan: the experts of the model, at least one of them partial.
  ///   - peaks: neurons whose loss alone is tried.
  ///   - windows: windows of calibration text, whose first tokens are run.
  package init(
    plan: ExpertPlan, peaks: [(layer: Int, peak: ActivationPeak)] = [], windows: [[Int]]
  ) {
    self.plan = plan
    self.peaks = peaks
    var left = Self.limit
    self.windows = windows.compactMap { window in
      guard left > 0 else { return nil }
      defer { left -= window.count }
      return Array(window.prefix(left))
    }
  }

  /// Number of tokens that tell the layers apart; each runs once for every layer.
  private static let limit = 512

  /// Number of tokens that are run, of those that are available.
  package static func tokens(of available: Int) -> Int { min(available, limit) }

  /// What a sweep finds.
  package struct Found {
    /// Divergence of the predictions over relative squared error, for each layer; their geometric
    /// mean is 1.
    package let sensitivities: [Double]
    /// Neurons without which predictions suffer.
    package let massive: [MassiveNeuron]
  }

  /// - Parameters:
  ///   - model: the dense model, which predicts tokens.
  ///   - context: threads, progress and workspace.
  ///   - stage: the stage to report.
  /// - Returns: sensitivities of the layers, and the peaks that matter.
  /// - Throws: ``ModelError`` if the model cannot be read.
  package func run(
    _ model: Model, _ context: Context, as stage: Stage
  ) throws(ModelError) -> Found {
    let layers = model.configuration.layers
    let sweep = LayerSweep(model, context, as: stage)
    var errors = [Double](repeating: 0, count: layers)
    var restored = 0
    let tokens = windows.reduce(0) { $0 + $1.count }
    // Narrow layers, then lost neurons, then the dense model.
    let streams = layers + peaks.count + 1
    let leaving = Array(0..<layers) + peaks.map(\.layer)
    let branches = leaving.map { LayerSweep.Branch(from: streams - 1, at: $0) }
    let step = sweep.progress(tokens: streams * tokens)
    let finished = try sweep.run(
      windows, phases: [streams],
      branches: Dictionary(uniqueKeysWithValues: branches.enumerated().map { ($0, $1) })
    ) { layer, weights in
      weights.reordered(by: plan.layers[layer].order)
    } feedForward: { call, _ -> (output: Matrix, observation: Double) in
      if call.stream == call.layer { return narrowed(call) }
      var hidden = call.weights.hidden(call.input)
      if let lost = lost(call) { hidden.clear(column: lost) }
      return (call.weights.output(hidden), 0)
    } finishedLayer: { layer, _, observations in
      errors[layer] = observations[layer].reduce(0, +)
      step.done(layer + 1)
    } record: { writer in
      writer.put(errors)
    } restore: { reader in
      let sums: [Double] = reader.take()
      if sums.count == layers { errors = sums } else { reader.refuse() }
      restored += 1
      step.done(restored)
    }
    let head = try OutputHead(model, parallel: context.parallel)
    let divergences = divergences(of: finished, head, context.parallel)
    let massive = zip(peaks, divergences[layers...]).compactMap { place, sum -> MassiveNeuron? in
      let (layer, peak) = place
      let divergence = sum / Double(tokens)
      guard divergence >= MassiveNeuron.harm, let rank = rank(of: place) else { return nil }
      let expert = plan.layers[layer].widths.firstIndex { rank < $0 } ?? 0
      return MassiveNeuron(layer: layer, peak: peak, expert: expert, divergence: divergence)
    }
    return Found(
      sensitivities: Self.normalized(zip(divergences, errors).map { $0 / $1 }), massive: massive)
  }

  private func rank(of place: (layer: Int, peak: ActivationPeak)) -> Int? {
    plan.layers[place.layer].order.firstIndex(of: place.peak.neuron)
  }

  /// Rank of the neuron that a stream lacks in this layer; nil for none.
  private func lost(_ call: LayerSweep.Call) -> Int? {
    let index = call.stream - plan.layers.count
    guard peaks.indices.contains(index), peaks[index].layer == call.layer else { return nil }
    return rank(of: peaks[index])
  }

  /// Output of the largest expert but the full one, and the sum of its errors over the tokens.
  private func narrowed(_ call: LayerSweep.Call) -> (output: Matrix, observation: Double) {
    let hidden = call.weights.hidden(call.input)
    let widths = plan.layers[call.layer].widths
    let neurons = widths[max(widths.count - 2, 0)]
    let full = call.weights.output(hidden)
    let output = call.weights.output(call.weights.hidden(call.input, neurons: neurons))
    var missing = full
    missing.subtract(output)
    if let scales = call.join.columnScales { missing = missing.scalingColumns(by: scales) }
    let weights = call.join.errorWeights(output: full, residual: call.residual)
    let error = zip(missing.rowDots(missing), weights).reduce(0) { $0 + $1.0 * $1.1 }
    return (output, error)
  }

  /// Sums over all predictions of the divergence of each stream from the last one.
  private func divergences(
    of finished: [LayerSweep.Finished], _ head: OutputHead, _ parallel: Parallel
  ) -> [Double] {
    let pieces = windows.indices.flatMap { window in
      stride(from: 0, to: windows[window].count, by: Self.piece).map { start in
        (window: window, rows: start..<min(start + Self.piece, windows[window].count))
      }
    }
    let streams = finished.count - 1
    let sums = parallel.mapLarge(pieces.map(\.rows.count)) { index in
      let (window, rows) = pieces[index]
      func distributions(_ stream: Int) -> Distributions {
        Distributions(head.logits(finished[stream][window].stream.rows(rows)))
      }
      let dense = distributions(streams)
      return (0..<streams).map { distributions($0).divergences(from: dense).reduce(0, +) }
    }
    return (0..<streams).map { stream in sums.reduce(0) { $0 + $1[stream] } }
  }

  /// Number of positions whose predictions are held at a time by each thread.
  private static let piece = 128

  /// Ratios over their geometric mean, within bounds beyond which they tell of noise; 1 for layers
  /// where nothing was measured.
  static func normalized(_ ratios: [Double]) -> [Double] {
    let logs = ratios.map { $0.isFinite && $0 > 0 ? log($0) : nil }
    let known = logs.compactMap { $0 }
    let mean = known.reduce(0, +) / Double(max(known.count, 1))
    return logs.map { $0.map { exp(min(max($0 - mean, -bound), bound)) } ?? 1 }
  }

  private static let bound = log(16.0)
}
