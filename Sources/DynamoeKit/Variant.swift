import Evaluation

/// A way to run a model.
public enum Variant: Sendable, Hashable {
  /// All neurons of every layer.
  case dense
  /// The same expert for every token and layer, as it is: without compensation, not refitted; 0 is
  /// the smallest.
  case expert(Int)
  /// Routed, at this fraction of the dense cost of the feed-forward layers for one token, routers and
  /// compensation included.
  ///
  /// Experts skip the neurons whose gates say that they are not worth their cost, where the file
  /// allows it.
  case budget(Double)
  /// Routed, at this fraction of the dense cost for tokens that run together, so that experts skip no
  /// neurons.
  case windowBudget(Double)
  /// Routed to the smallest expert whose predicted similarity exceeds this threshold, the knob of
  /// the paper (arXiv 2502.12325); supported by files of the recipe `dynamoe`.
  case threshold(Double)

  /// The variant as a type of `Evaluation`.
  ///
  /// - Throws: ``DynamoeError/Category/usage`` for a knob that is not a number of at least 0.
  var evaluated: Evaluation.Variant {
    get throws(DynamoeError) {
      switch self {
      case .dense: return .dense
      case .expert(let expert): return .expert(expert)
      case .budget(let budget): return .choosing(.routed, .budget(try Self.knob(budget, "budget")))
      case .windowBudget(let budget):
        return .choosing(.routed, .window(try Self.knob(budget, "window budget")))
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
