/// One way to run a converted model.
package enum Variant: Sendable, Hashable {
  /// Setting at run time that controls the choice of experts.
  package enum Knob: Sendable, Hashable {
    /// Similarity to the full output from which an expert is good enough.
    case threshold(Double)
    /// Wanted cost fraction for one token.
    case budget(Double)
    /// Wanted cost fraction in a window, where experts skip no neurons.
    case window(Double)
  }

  /// Method of choosing the expert of a token.
  package enum Chooser: String, Sendable, CaseIterable {
    /// Choice by the routers of the file.
    case routed
    /// Choice by the true similarity or error, the best that routing could do; each choice takes
    /// the computation of the whole layer.
    case oracle
    /// Choices of the routers, shuffled over all positions of a layer.
    case random
    /// No choice: all tokens take the mean number of neurons that the routers choose in a layer.
    case fixed
  }

  /// All neurons of every layer.
  case dense
  /// Expert e for every token, as a plain export of it runs: the first neurons of every layer, their
  /// down projections refitted where the file allows it.
  case expert(Int)
  /// First neurons of every layer, up to the width of expert e, as they are.
  case bare(Int)
  /// Expert chosen for each token.
  case choosing(Chooser, Knob)

  /// Name with numbers in their shortest decimal form.
  package var name: String {
    switch self {
    case .dense: "dense"
    case .expert(let expert): "expert-\(expert)"
    case .bare(let expert): "expert-\(expert)\(Self.bareEnding)"
    case .choosing(let chooser, .threshold(let threshold)):
      "\(chooser.rawValue)@\(Self.shortest(threshold))"
    case .choosing(let chooser, .budget(let budget)):
      "\(chooser.rawValue)@budget=\(Self.shortest(budget))"
    case .choosing(let chooser, .window(let budget)):
      "\(chooser.rawValue)@window=\(Self.shortest(budget))"
    }
  }

  package init?(name: String) {
    let parts = name.split(separator: "@", omittingEmptySubsequences: false).map(String.init)
    if name == "dense" {
      self = .dense
    } else if let expert = Self.expert(name) {
      self = .expert(expert)
    } else if name.hasSuffix(Self.bareEnding),
      let expert = Self.expert(String(name.dropLast(Self.bareEnding.count)))
    {
      self = .bare(expert)
    } else if parts.count == 2, let chooser = Chooser(rawValue: parts[0]),
      let knob = Knob(parts[1])
    {
      self = .choosing(chooser, knob)
    } else {
      return nil
    }
  }

  private static let bareEnding = "@bare"

  private static func expert(_ name: String) -> Int? {
    guard name.hasPrefix("expert-"), let expert = Int(name.dropFirst(7)), expert >= 0,
      "expert-\(expert)" == name
    else { return nil }
    return expert
  }

  private static func shortest(_ value: Double) -> String {
    Int(exactly: value).map(String.init) ?? "\(value)"
  }
}

extension Variant.Knob {
  /// `0.8` is a threshold, `budget=0.5` a budget, `window=0.5` one in a window.
  fileprivate init?(_ text: String) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard let number = parts.last, let value = Double(number), value.isFinite, value >= 0 else {
      return nil
    }
    switch parts.dropLast().first {
    case nil: self = .threshold(value)
    case "budget": self = .budget(value)
    case "window": self = .window(value)
    default: return nil
    }
  }
}
