package import Containers

/// One expert of a container as a plain model in a GGUF file for llama.cpp.
package struct GGUFForm: ExportForm {
  package let expert: ExpertSelection
  /// Type of the matrices; nil keeps the stored types.
  package let type: GGUFMatrixType?
  /// Whether the down projections are refitted.
  package let isRefitted: Bool

  package init(
    expert: ExpertSelection, type: GGUFMatrixType?, isRefitted: Bool = false
  ) {
    self.expert = expert
    self.type = type
    self.isRefitted = isRefitted
  }

  package func plan(_ request: ExportRequest) throws -> GGUFPlan {
    let number = try expert.expert(of: request.container)
    let refit =
      isRefitted ? try ExpertRefit(request.checkpoint, request.checkpoint.expert(number)) : nil
    return GGUFPlan(
      request: request,
      contents: try GGUFContents(
        request.checkpoint, expert: number, type: type, isRefitted: refit != nil,
        generator: request.generator),
      refit: refit)
  }
}
