package import Work

extension Stage {
  package static let ranking = Stage(
    "Ranking", key: "ranking",
    artifact: "plan of a layer, its activation sums, and the errors of its experts")

  package static let weighing = Stage(
    "Weighing layers", key: "weighing", isConsecutive: true,
    artifact: "errors of all layers up to one, run without some of their neurons")

  /// Fit of compensation and routers; rounds above 0 follow an earlier fit.
  package static func fitting(round: Int) -> Stage {
    Stage(
      "Fitting routers", key: "fitting-\(round)",
      artifact: "router and compensation of a layer, with predicted and true scores")
  }

  package static let budgets = Stage(
    "Setting budgets", key: "budgets", isConsecutive: true,
    artifact: "scores of a layer in every routed run")
}
