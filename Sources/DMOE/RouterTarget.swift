/// Score that a router predicts for every expert but the last (`formats/dmoe.md`, section 7).
package enum RouterTarget: String, Sendable, CaseIterable {
  /// `⟨y_e, y⟩ / ⟨y, y⟩`: share of the full output that the expert reproduces.
  case similarity
  /// `ln (|y_e − y|² / |r + y|²)`: error of the expert relative to the residual stream r.
  case logError = "log_error"
}
