import Kernels
import Work

extension Evaluator {
  /// Runs one variant alone, to record the expert chosen for each token.
  ///
  /// - Parameters:
  ///   - request: a routed variant with a knob that the model supports.
  ///   - windows: tokens; unlike in an evaluation, the last token of a window is run too.
  /// - Returns: an expert for each token and layer.
  /// - Throws: ``EvaluationError`` if the variant cannot be run or the model cannot be read.
  package func choices(
    _ request: TokenChoices.Request, on windows: [[Int]]
  ) throws(EvaluationError) -> TokenChoices {
    guard case .choosing(.routed, _) = request.variant, canRun(request.variant) else {
      throw .unknownVariant(request.variant.name, known: choices)
    }
    do {
      let plan = streams([request.variant])
      return try run(plan, on: windows, recording: request, as: .choosing).choices
        ?? TokenChoices(meanWidths: [], experts: [])
    } catch {
      throw .model(error)
    }
  }
}
