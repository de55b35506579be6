import Calibration
import Checkpoints
import Experts
import Running

/// Experts that run alone with refitted down projections.
extension Evaluator {
  /// Number of positions that refits of variants run, with texts of `texts` positions.
  package func refitPositions(_ variants: [Variant], texts: Int) -> Int {
    let count = variants.count(where: isRefitted)
    guard let calibration, count > 0 else { return 0 }
    return RefitSweep.positions(
      experts: count, calibration: calibration.windows.reduce(0) { $0 + $1.count }, texts: texts)
  }

  /// Residual streams of refitted experts behind the last layer.
  func refit(
    _ variants: [Variant], on inputs: [[Int]]
  ) throws(ModelError) -> [LayerSweep.Windows] {
    let wanted: [[Int]] = variants.compactMap { variant in
      guard case .expert(let expert) = variant else { return nil }
      return experts.map { $0.widths[expert] }
    }
    guard let calibration, !wanted.isEmpty else { return [] }
    return try RefitSweep(widths: wanted, windows: calibration.windows)
      .run(texts: inputs, model, context, as: .refitting)
  }
}
