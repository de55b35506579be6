import Architectures
package import ByteIO
package import Calibration
package import Checkpoints
package import Evaluation
package import Kernels
import Running
package import Work

/// Measures the variants of a model on a text.
package struct EvaluateRun: Sendable {
  package let evaluator: Evaluator

  package struct Measured: Sendable {
    package let result: Evaluator.Result
    /// Maximum number of positions of a window.
    package let context: Int
    package let textDigest: SHA256Digest
  }

  /// Opens the model.
  ///
  /// - Parameters:
  ///   - checkpoint: the model.
  ///   - precision: precision of products with its weights.
  ///   - context: threads, progress and workspace.
  /// - Throws: errors of the model; ``EvaluationError`` for an encoder, which predicts no tokens.
  package init(
    _ checkpoint: Checkpoint, in precision: Precision = .f32, _ context: Context
  ) throws {
    context.progress.note(checkpoint.notes, on: checkpoint.path)
    var model = try Model(checkpoint)
    model.precision = precision
    evaluator = try Evaluator(model, context)
    try evaluator.checkPredicts()
  }

  /// Variants by name and by knob, each once.
  ///
  /// - Parameters:
  ///   - names: names of variants; nil for the routed run of every knob and its comparison runs;
  ///     without knobs, for the usual variants.
  ///   - knobs: knobs that the model supports; besides names, they add routed runs only.
  /// - Returns: variants that the model can run.
  /// - Throws: ``EvaluationError`` for a name that the model cannot run.
  package func variants(
    named names: [String]?, knobs: [Variant.Knob]
  ) throws(EvaluationError) -> [Variant] {
    guard let names else {
      guard !knobs.isEmpty else { return evaluator.usualVariants }
      return ([.dense] + knobs.flatMap { evaluator.comparison($0) }).filter(evaluator.canRun)
    }
    var chosen: [Variant] = []
    for name in names {
      guard let variant = Variant(name: name), evaluator.canRun(variant) else {
        throw .unknownVariant(name, known: evaluator.choices)
      }
      if !chosen.contains(variant) { chosen.append(variant) }
    }
    for variant in knobs.map({ Variant.choosing(.routed, $0) }) where !chosen.contains(variant) {
      chosen.append(variant)
    }
    return chosen
  }

  /// Measures variants on a text, all in one sweep.
  ///
  /// - Throws: errors of the text and the model.
  package func run(_ variants: [Variant], on text: TextRequest) throws -> Measured {
    let model = evaluator.model
    let tokens = try TextTokens(
      text, model: model, limit: text.maximumTokens ?? TextRequest.defaultHeldOutTokens)
    guard tokens.tokens.count >= tokens.textTokensNeeded else {
      throw CalibrationError.tooShort(
        path: tokens.name, tokens: tokens.tokens.count, needed: tokens.textTokensNeeded,
        purpose: "evaluation")
    }
    func cost(_ positions: Int, streams: Int, withOutput: Bool) -> StageCost {
      StageCost(
        sweeping: model, positions: positions, streams: streams, withOutput: withOutput,
        parallel: evaluator.parallel)
    }
    let count = tokens.tokens.count
    let refitted = evaluator.refitPositions(variants, texts: count)
    evaluator.context.progress.estimate(
      StageList(
        [.evaluating.costing(cost(count, streams: variants.count, withOutput: true))]
          + (refitted == 0
            ? [] : [.refitting.costing(cost(refitted, streams: 1, withOutput: false))])))
    if variants.count * tokens.tokens.count >= Model.positionsWorthProbing {
      try model.probe(tokens.windows(), withOutput: true, parallel: evaluator.parallel)
    }
    let result = try evaluator.evaluate(variants, on: tokens.windows())
    try model.checkpoint.checkUnchanged()
    return Measured(result: result, context: tokens.context, textDigest: tokens.digest)
  }
}
