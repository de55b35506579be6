package import Experts

/// What a report tells of routers, compensation and knobs.
package struct RoutingSummary: Sendable {
  package let kind: RouterKind
  package let aim: RouterAim
  /// Of the routers of all layers.
  package let parameters: Int
  /// For each layer and expert but the last how well the router predicts it (R²).
  package let determination: [[Double]]
  /// Nil for none.
  package let compensationRank: Int?
  package let budgets: BudgetTable?
  /// Nil where routing cannot pay.
  package let quality: RoutingQuality?

  package init(
    _ layers: [RoutingCalibration.Layer], aim: RouterAim, budgets: BudgetTable?,
    quality: RoutingQuality? = nil
  ) {
    kind = layers.first?.router.kind ?? .linear
    self.aim = aim
    parameters = layers.reduce(0) { $0 + $1.router.parameterCount }
    determination = layers.map(\.determination)
    compensationRank = layers.first?.experts.compensations.first?.rank
    self.budgets = budgets
    self.quality = quality
  }
}
