package import DMOE
package import Experts

/// Routers, compensation and budgets in a report.
package struct RoutingSummary: Sendable {
  package let kind: RouterKind
  package let target: RouterTarget
  /// Number of parameters in the routers of all layers.
  package let parameters: Int
  /// R² of the router's prediction, for each layer and expert but the last.
  package let determination: [[Double]]
  /// Nil if there is no compensation.
  package let compensationRank: Int?
  /// Whether experts skip neurons.
  package let skips: Bool
  /// Weights of the errors of the layers; nil if none were measured.
  package let sensitivities: [Double]?
  package let budgets: BudgetTable?
  /// Nil if the routers cost more than they can save.
  package let quality: RoutingQuality?

  package init(
    _ layers: [RoutingSweep.Layer], target: RouterTarget, budgets: BudgetTable?,
    quality: RoutingQuality? = nil
  ) {
    kind = layers.first?.router.kind ?? .linear
    self.target = target
    parameters = layers.reduce(0) { $0 + $1.router.parameterCount }
    determination = layers.map(\.determination)
    compensationRank = layers.first?.experts.compensations.first?.rank
    skips = layers.first?.experts.skipping != nil
    let sensitivities = layers.map(\.experts.sensitivity)
    self.sensitivities = sensitivities.contains { $0 != 1 } ? sensitivities : nil
    self.budgets = budgets
    self.quality = quality
  }
}
