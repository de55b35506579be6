package import Calibration
package import Checkpoints
import Containers
package import Evaluation
package import Reports
import Running
package import Work

/// Finds the expert that each token of a text takes in a converted model.
package struct ShowRun: Sendable {
  package let evaluator: Evaluator

  /// Opens the model.
  ///
  /// - Throws: errors of the model; ``ContainerError`` for a dense checkpoint.
  package init(_ checkpoint: Checkpoint, _ context: Context) throws {
    guard checkpoint.container != nil else {
      throw ContainerError.notContainer(path: checkpoint.path)
    }
    evaluator = try Evaluator(Model(checkpoint), context)
  }

  /// Routes a text at a knob that the model supports.
  ///
  /// - Throws: errors of the text and the model.
  package func run(_ knob: Variant.Knob, on text: TextRequest) throws -> [Passage.Token] {
    let model = evaluator.model
    let tokens = try TextTokens(
      text, model: model, limit: text.maximumTokens ?? TextRequest.defaultHeldOutTokens)
    guard !tokens.tokens.isEmpty else {
      throw CalibrationError.tooShort(path: tokens.name, tokens: 0, needed: 1, purpose: "show")
    }
    evaluator.context.progress.estimate(
      StageList([
        .choosing.costing(
          StageCost(
            sweeping: model, positions: tokens.tokens.count, streams: 1, withOutput: false,
            parallel: evaluator.parallel))
      ]))
    let windows = tokens.allWindows()
    let choices = try evaluator.choices(
      TokenChoices.Request(
        .choosing(.routed, knob), skipping: tokens.positionsBeforeText,
        windowsInFull: windows.count),
      on: windows)
    try model.checkpoint.checkUnchanged()
    return Passage.Token.all(tokens.texts(of: tokens.tokens), choices)
  }
}
