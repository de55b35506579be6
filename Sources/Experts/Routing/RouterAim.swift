package import Kernels

/// Score that a router predicts for every expert but the last, and the features it needs for that.
package enum RouterAim: String, Sendable, CaseIterable {
  /// `⟨y_e, y⟩ / ⟨y, y⟩`: share of the full output that the expert reproduces.
  case similarity
  /// `ln (|y_e − y|² / |r + y|²)`: error of the expert relative to the residual stream r.
  case logError = "log_error"

  /// Features of a layer, a row for each token.
  ///
  /// - Parameters:
  ///   - input: T × D, input of the layer.
  ///   - residual: T × D, residual stream to which its output is added.
  /// - Returns: D columns, for ``logError`` one more.
  package func features(input: Matrix, residual: Matrix) -> Matrix {
    switch self {
    case .similarity: input
    case .logError: input.appendingColumn(residual.logRowNorms())
    }
  }

  /// Choice rule for the value of a knob.
  package func rule(_ knob: Double) -> ChoiceRule {
    switch self {
    case .similarity: .threshold(knob)
    case .logError: .price(knob)
    }
  }
}
