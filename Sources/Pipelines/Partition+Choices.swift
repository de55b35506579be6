import Architectures
import Checkpoints
import DMOE
import Experts

/// Choices that the request leaves open.
extension Partition {
  /// Importance that was asked for, else that of the recipe, or the nearest that needs no text.
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

  /// The widths of the recipe, or equal ones where the layers are too narrow for those.
  func usualWidths(_ model: Model, isRouted: Bool) -> ExpertWidths {
    let isCompensated =
      isRouted && request.recipe.target == .logError && request.compensationRank != 0
    let widths = request.recipe.widths(isCompensated: isCompensated)
    guard (try? plainPlan(model, widths)) == nil else { return widths }
    return request.recipe.widths(isCompensated: false)
  }

  /// A plan of one layer whose neurons are all alike: it has the widths that do not depend on them.
  func plainPlan(_ model: Model, _ widths: ExpertWidths) throws(PlanError) -> ExpertPlan {
    let flat = [Double](repeating: 1, count: model.configuration.intermediateSize)
    return try ExpertPlan(
      ImportanceScores(importance: .weights, layers: [flat]), widths: widths,
      alignment: request.alignment)
  }
}
