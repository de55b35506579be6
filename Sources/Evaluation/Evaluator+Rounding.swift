import Architectures
import Checkpoints
import Kernels
import Running
import Tensors
import Work

/// The dense model with rounded matrices: what a smaller file would give instead of fewer neurons.
extension Evaluator {
  /// - Parameters:
  ///   - rounded: a dense model, rounded.
  ///   - type: what to.
  ///   - reference: of the model as it is the stream behind the last layer, for each window.
  ///   - windows: tokens, as for the reference.
  /// - Returns: figures over all targets.
  /// - Throws: what reading the model throws.
  func figures(
    of rounded: Model, as type: ElementType, beside reference: LayerSweep.Windows,
    on windows: [[Int]]
  ) throws(ModelError) -> RoundedFigures {
    let phase = "Rounding to \(type.rawValue)"
    let layers = rounded.configuration.layers
    let inputs = windows.map { Array($0.dropLast()) }
    let step = progress.layers(phase, of: layers, tokens: inputs.reduce(0) { $0 + $1.count })
    let finished = try LayerSweep(
      rounded, parallel: parallel, workspace: workspace, phase: "rounding-\(type.rawValue)"
    ).run(inputs) { call in
      (call.weights.output(call.weights.hidden(call.input)), ())
    } finishedLayer: { layer, _ in
      step.done(layer + 1)
    }
    let streams = finished[0].windows
    let dense = try OutputHead(model, parallel: parallel)
    let head = try OutputHead(rounded, parallel: parallel)
    let scores = parallel.mapLarge(windows.map(\.count)) { window in
      let targets = Array(windows[window].dropFirst())
      return WindowScore(
        Distributions(head.logits(streams[window])),
        beside: Distributions(dense.logits(reference[window])), targets: targets)
    }
    return RoundedFigures(
      elementType: type, perplexity: Estimate(meanOf: scores.flatMap(\.losses)).exponential.value,
      divergence: Divergence(scores.compactMap(\.comparison)),
      bytesPerToken: rounded.bytesPerToken)
  }
}
