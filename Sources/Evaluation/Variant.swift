/// One way to run a converted model.
package enum Variant: Sendable, Hashable {
  /// All neurons of every layer.
  case dense
  /// The first neurons of every layer, up to expert e's width.
  case expert(Int)

  package var name: String {
    switch self {
    case .dense: "dense"
    case .expert(let expert): "expert-\(expert)"
    }
  }

  package init?(name: String) {
    if name == "dense" {
      self = .dense
    } else if name.hasPrefix("expert-"), let expert = Int(name.dropFirst(7)), expert >= 0,
      "expert-\(expert)" == name
    {
      self = .expert(expert)
    } else {
      return nil
    }
  }
}
