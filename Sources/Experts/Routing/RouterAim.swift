package import Kernels

/// What a router predicts of every expert but the last, and what it needs to know for that.
package enum RouterAim: String, Sendable, CaseIterable {
  /// `⟨y_e, y⟩ / ⟨y, y⟩`: how much of the full output the expert reproduces.
  case similarity
  /// `ln (|y_e − y|² / |r + y|²)`: how much the expert changes the residual stream r.
  case logError = "log_error"

  /// A row of features for each token.
  ///
  /// - Parameters:
  ///   - input: T × D, what the layer receives.
  ///   - residual: T × D, the residual stream that its output joins.
  /// - Returns: ``featureCount(hiddenSize:)`` columns.
  package func features(input: Matrix, residual: Matrix) -> Matrix {
    switch self {
    case .similarity: input
    case .logError: input.appendingColumn(residual.logRowNorms())
    }
  }

  package func featureCount(hiddenSize: Int) -> Int {
    self == .similarity ? hiddenSize : hiddenSize + 1
  }

  /// The rule of choice that a knob's value stands for.
  package func rule(_ knob: Double) -> ChoiceRule {
    switch self {
    case .similarity: .threshold(knob)
    case .logError: .price(knob)
    }
  }
}
