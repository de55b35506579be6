import Architectures
import Checkpoints
import DMOE
import Experts

/// Choices that the request leaves open.
extension Partition {
  /// Requested importance, else the recipe's or, with statistics in place of text, `output`.
  func chosenImportance() throws -> Importance {
    let importance = request.importance ?? request.recipe.importance
    if importance.needsText, isEvidenceGiven, request.importance == nil,
      request.text == nil || request.matrixPath != nil
    {
      return .output
    }
    guard request.text != nil || isEvidenceGiven || !importance.needsStatistics else {
      throw PipelineError.noImportance
    }
    guard request.text != nil || !importance.needsText else {
      throw PipelineError.greedyWithoutText
    }
    guard request.matrixPath == nil || importance != .magnitude else {
      throw PipelineError.matrixWithoutMagnitudes
    }
    return importance
  }

  private var isEvidenceGiven: Bool { request.statisticsPath != nil || request.matrixPath != nil }

  func chosenRouter() throws -> RouterKind? {
    let hasChoice = request.widths?.experts ?? 2 > 1
    switch request.routers {
    case .none: return nil
    case .usual: return request.text != nil && hasChoice ? .mlp : nil
    case .kind(let kind):
      guard request.text != nil else { throw PipelineError.routersWithoutText }
      guard hasChoice else { throw PipelineError.routersWithoutChoice }
      return kind
    }
  }

  /// The recipe's widths, or equal ones if the layers are too narrow for those.
  func usualWidths(_ model: Model, isRouted: Bool) -> ExpertWidths {
    let isCompensated =
      isRouted && request.recipe.target == .logError && request.compensationRank != 0
    let widths = request.recipe.widths(isCompensated: isCompensated)
    guard (try? plainPlan(model, widths)) == nil else { return widths }
    return request.recipe.widths(isCompensated: false)
  }

  /// Plan with equal scores, for widths that do not depend on scores; of one layer if all are alike.
  func plainPlan(_ model: Model, _ widths: ExpertWidths) throws(PlanError) -> ExpertPlan {
    let neurons = model.configuration.neurons
    let flat = (neurons.uniform.map { [$0] } ?? neurons.layers).map {
      [Double](repeating: 1, count: $0)
    }
    return try ExpertPlan(
      ImportanceScores(importance: .weights, layers: flat), widths: widths,
      alignment: request.alignment)
  }
}
