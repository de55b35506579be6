package import Containers

/// One expert of a container as a plain model in a GGUF file for llama.cpp.
package struct GGUFForm: ExportForm {
  package let expert: ExpertSelection
  /// Type of the matrices; nil keeps the stored types.
  package let type: GGUFMatrixType?
  /// Whether the down projections are refitted.
  package let refit: ExpertRefit.Choice

  package init(
    expert: ExpertSelection, type: GGUFMatrixType?, refit: ExpertRefit.Choice = .ifPossible
  ) {
    self.expert = expert
    self.type = type
    self.refit = refit
  }

  package func plan(_ request: ExportRequest) throws -> GGUFPlan {
    let number = try expert.expert(of: request.container)
    let planned = try ExpertRefit.planned(
      request.checkpoint, request.checkpoint.expert(number), refit)
    return GGUFPlan(
      request: request,
      contents: try GGUFContents(
        request.checkpoint, expert: number, type: type, isRefitted: planned.refit != nil,
        generator: request.generator),
      refit: planned.refit, refitObstacle: planned.obstacle)
  }
}
