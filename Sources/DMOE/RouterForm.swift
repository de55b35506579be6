/// What the routers of a file are made of (`formats/dmoe.md`, section 7).
package enum RouterForm: String, Sendable, CaseIterable {
  /// Two affine maps with GELU between them.
  case mlp
  /// One affine map.
  case linear

  /// The shapes of a layer's tensors by name; nil stands for the width of the hidden values, which is
  /// the same in all of them.
  package func shapes(features: Int, outputs: Int) -> [String: [Int?]] {
    switch self {
    case .linear: ["weight": [outputs, features], "bias": [outputs]]
    case .mlp:
      [
        "first.weight": [nil, features], "first.bias": [nil],
        "second.weight": [outputs, nil], "second.bias": [outputs],
      ]
    }
  }

  /// Whether a tensor of a router has a row for each expert.
  package static func isOutput(_ name: String) -> Bool {
    ["weight", "bias", "second.weight", "second.bias"].contains(name)
  }
}
