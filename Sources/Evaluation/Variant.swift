/// One way to run a converted model.
package enum Variant: Sendable, Hashable {
  /// How the expert of a token is chosen.
  package enum Chooser: String, Sendable, CaseIterable {
    /// By the routers of the file.
    case routed
    /// By the true similarity: what routing could give at best. It costs a whole layer to know.
    case oracle
    /// The choices of the routers, shuffled over all positions of a layer.
    case random
    /// No choice: in every layer the mean number of neurons that the routers choose, for all tokens.
    case fixed
  }

  /// All neurons of every layer.
  case dense
  /// The first neurons of every layer, up to expert e's width.
  case expert(Int)
  /// The smallest expert that is similar enough to the full one.
  case choosing(Chooser, threshold: Double)

  package static func oracle(threshold: Double) -> Variant {
    .choosing(.oracle, threshold: threshold)
  }

  package static func routed(threshold: Double) -> Variant {
    .choosing(.routed, threshold: threshold)
  }

  /// The name, with numbers in their shortest decimal form.
  package var name: String {
    switch self {
    case .dense: "dense"
    case .expert(let expert): "expert-\(expert)"
    case .choosing(let chooser, let threshold): "\(chooser.rawValue)@\(Self.shortest(threshold))"
    }
  }

  package init?(name: String) {
    let parts = name.split(separator: "@", omittingEmptySubsequences: false).map(String.init)
    if name == "dense" {
      self = .dense
    } else if name.hasPrefix("expert-"), let expert = Int(name.dropFirst(7)), expert >= 0,
      "expert-\(expert)" == name
    {
      self = .expert(expert)
    } else if parts.count == 2, let chooser = Chooser(rawValue: parts[0]),
      let threshold = Double(parts[1]), threshold.isFinite, threshold >= 0
    {
      self = .choosing(chooser, threshold: threshold)
    } else {
      return nil
    }
  }

  private static func shortest(_ value: Double) -> String {
    Int(exactly: value).map(String.init) ?? "\(value)"
  }
}
