package import Containers

/// One expert of a container as a plain model in a GGUF file for llama.cpp.
package struct GGUFForm: ExportForm {
  package let expert: ExpertSelection
  /// Type of the matrices; nil keeps the stored types.
  package let type: GGUFMatrixType?

  package init(expert: ExpertSelection, type: GGUFMatrixType?) {
    self.expert = expert
    self.type = type
  }

  package func plan(_ request: ExportRequest) throws -> GGUFPlan {
    GGUFPlan(
      request: request,
      contents: try GGUFContents(
        request.checkpoint, expert: try expert.expert(of: request.container), type: type,
        generator: request.generator))
  }
}
