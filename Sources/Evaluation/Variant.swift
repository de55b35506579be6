/// One way to run a converted model.
package enum Variant: Sendable, Hashable {
  /// All neurons of every layer.
  case dense
  /// The first neurons of every layer, up to expert e's width.
  case expert(Int)
  /// For every token and layer the smallest expert whose true similarity exceeds the threshold: what
  /// routing could give at best. It costs a whole layer to know.
  case oracle(threshold: Double)

  /// The name, with numbers in their shortest decimal form.
  package var name: String {
    switch self {
    case .dense: "dense"
    case .expert(let expert): "expert-\(expert)"
    case .oracle(let threshold): "oracle@\(Self.shortest(threshold))"
    }
  }

  package init?(name: String) {
    if name == "dense" {
      self = .dense
    } else if name.hasPrefix("expert-"), let expert = Int(name.dropFirst(7)), expert >= 0,
      "expert-\(expert)" == name
    {
      self = .expert(expert)
    } else if name.hasPrefix("oracle@"), let threshold = Double(name.dropFirst(7)),
      threshold.isFinite, threshold >= 0
    {
      self = .oracle(threshold: threshold)
    } else {
      return nil
    }
  }

  private static func shortest(_ value: Double) -> String {
    Int(exactly: value).map(String.init) ?? "\(value)"
  }
}
