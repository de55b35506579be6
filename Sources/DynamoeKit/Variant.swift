import Evaluation

/// One way to run a model.
public enum Variant: Sendable, Hashable {
  /// All neurons of every layer.
  case dense
  /// The same expert for every token and layer, 0 being the smallest, without compensation.
  case expert(Int)
  /// The routers choose, so that the feed-forward layers cost this share of the dense ones, routers
  /// and compensation included.
  case budget(Double)
  /// The routers choose the smallest expert whose predicted similarity exceeds this; files of the
  /// recipe `dynamoe` have this knob, which is the one of the paper (arXiv 2502.12325).
  case threshold(Double)

  /// The same in the words of the stages below.
  ///
  /// - Throws: ``DynamoeError/Category/usage`` for a knob that is no number of at least 0.
  var evaluated: Evaluation.Variant {
    get throws(DynamoeError) {
      switch self {
      case .dense: return .dense
      case .expert(let expert): return .expert(expert)
      case .budget(let budget): return .choosing(.routed, .budget(try Self.knob(budget, "budget")))
      case .threshold(let threshold):
        return .choosing(.routed, .threshold(try Self.knob(threshold, "threshold")))
      }
    }
  }

  private static func knob(_ value: Double, _ name: String) throws(DynamoeError) -> Double {
    guard value.isFinite, value >= 0 else {
      throw DynamoeError(.usage, "\(name) \(value): expected a number of at least 0")
    }
    return value
  }
}
