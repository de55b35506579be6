package import DMOE
package import Kernels

extension RouterTarget {
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

  /// Choice rule in a window, where no neurons are skipped.
  package func windowRule(_ knob: Double) -> ChoiceRule {
    switch self {
    case .similarity: .threshold(knob)
    case .logError: .windowPrice(knob)
    }
  }
}
