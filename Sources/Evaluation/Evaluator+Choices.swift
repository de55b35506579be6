import Kernels

extension Evaluator {
  /// Runs one variant alone, only to see which expert every token is given.
  ///
  /// - Parameters:
  ///   - request: the variant, routed by a knob that the model has.
  ///   - windows: tokens; unlike in an evaluation the last of a window is run too.
  /// - Returns: an expert for each token and layer.
  /// - Throws: what reading the model throws.
  package func choices(
    _ request: TokenChoices.Request, on windows: [[Int]]
  ) throws(EvaluationError) -> TokenChoices {
    guard case .choosing(.routed, _) = request.variant, canRun(request.variant) else {
      throw .unknownVariant(request.variant.name, known: choices)
    }
    do {
      let plan = streams([request.variant])
      return try run(plan, on: windows, recording: request, phase: "choosing").choices
        ?? TokenChoices(meanWidths: [], experts: [])
    } catch {
      throw .model(error)
    }
  }
}
