/// Architecture of a file's routers (`formats/dmoe.md`, section 7).
package enum RouterKind: String, Sendable, CaseIterable {
  /// Two affine maps with GELU between them.
  case mlp
  /// One affine map.
  case linear

  /// Shapes of a layer's router tensors by name; nil stands for the hidden width, equal in all of
  /// them.
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

  /// Whether a router tensor has a row for each partial expert.
  package static func isOutput(_ name: String) -> Bool {
    ["weight", "bias", "second.weight", "second.bias"].contains(name)
  }
}
