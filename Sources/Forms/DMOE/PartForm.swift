import Checkpoints
package import Containers

/// The smaller experts of a container as a container with its own directory (`formats/dmoe.md`,
/// section 8); the weights of an overlay come from its base.
package struct PartForm: ExportForm {
  /// Largest expert to keep.
  package let expert: ExpertSelection

  package init(expert: ExpertSelection) { self.expert = expert }

  package func plan(_ request: ExportRequest) throws -> PartPlan {
    guard request.checkpoint.hasWeights else {
      throw ModelError.noBase(path: request.checkpoint.path)
    }
    return try PartPlan(request, upTo: try expert.expert(of: request.container))
  }
}
