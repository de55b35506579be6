package import Containers
import DMOE

/// A folder for Transformers, with a model card: either one expert as a plain model of the source's
/// family with a smaller feed-forward width, or all experts with their routers and the code that
/// runs them.
package struct TransformersForm: ExportForm {
  /// Nil for all experts with their routers.
  package let expert: ExpertSelection?
  /// Maximum bytes of tensors per file.
  package let shardSize: Int
  /// Source of the model card's figures; nil for a card without figures.
  package let report: CardReport?
  /// Command line shown on the model card.
  package let command: [String]
  /// Whether the down projections are refitted.
  package let refit: ExpertRefit.Choice

  package init(
    expert: ExpertSelection?, shardSize: Int = 5_000_000_000, report: CardReport? = nil,
    command: [String], refit: ExpertRefit.Choice = .ifPossible
  ) {
    self.expert = expert
    self.shardSize = shardSize
    self.report = report
    self.command = command
    self.refit = refit
  }

  package func plan(_ request: ExportRequest) throws -> FolderPlan {
    let number = try expert.map { try $0.expert(of: request.container) }
    let contents = try FolderContents(request.checkpoint, expert: number)
    let planned = try number.map {
      try ExpertRefit.planned(request.checkpoint, request.checkpoint.expert($0), refit)
    }
    let plan = try FolderPlan(request, self, contents, planned?.refit, planned?.obstacle)
    try report?.check(against: request.container.directory)
    return plan
  }
}
