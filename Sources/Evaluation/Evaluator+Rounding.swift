import Architectures
import Checkpoints
import Kernels
import Running
import Tensors
import Work

/// Dense model with rounded matrices: the alternative of a smaller file to fewer neurons.
extension Evaluator {
  /// Figures of rounded matrices; nil if their type cannot hold the weights, or activations overflow.
  func figuresIfFinite(
    of rounded: Model, as type: ElementType, beside reference: LayerSweep.Windows,
    on windows: [[Int]]
  ) throws(ModelError) -> RoundedFigures? {
    do {
      let figures = try figures(of: rounded, as: type, beside: reference, on: windows)
      return figures.perplexity.isFinite ? figures : nil
    } catch .notFinite, .overflow {
      return nil
    }
  }

  /// - Parameters:
  ///   - rounded: the dense model with rounded matrices.
  ///   - type: the type that the matrices were rounded to.
  ///   - reference: the residual stream of this model after the last layer, for each window.
  ///   - windows: the tokens that the reference was computed from.
  /// - Returns: figures over all targets.
  /// - Throws: ``ModelError`` if the model cannot be read.
  func figures(
    of rounded: Model, as type: ElementType, beside reference: LayerSweep.Windows,
    on windows: [[Int]]
  ) throws(ModelError) -> RoundedFigures {
    let inputs = windows.map { Array($0.dropLast()) }
    var sweep = LayerSweep(rounded, context, as: .rounding(to: type))
    sweep.omittedTokens = 1
    let step = sweep.progress(tokens: inputs.reduce(0) { $0 + $1.count })
    let finished = try sweep.run(inputs) { call in
      (call.weights.output(call.weights.hidden(call.input)), ())
    } finishedLayer: { layer, _ in
      step.done(layer + 1)
    }
    let streams = finished[0].windows
    let dense = try OutputHead(model, parallel: parallel)
    let head = try OutputHead(rounded, parallel: parallel)
    let overflows = OverflowWatch()
    let scores = parallel.mapLarge(windows.map(\.count)) { window in
      let targets = self.targets(of: windows[window])
      let logits = head.logits(streams[window].last(targets.count))
      overflows.look(at: logits, place: window)
      return WindowScore(
        Distributions(logits),
        beside: Distributions(dense.logits(reference[window].last(targets.count))),
        targets: targets)
    }
    try overflows.check(model, layer: nil, windows: windows.count)
    return RoundedFigures(
      elementType: type, perplexity: Estimate(meanOf: scores.flatMap(\.losses)).exponential.value,
      divergence: Divergence(scores.compactMap(\.comparison)),
      bytesPerToken: rounded.bytesPerToken)
  }
}
