package import Tensors

/// Feed-forward layers of a checkpoint, inferred from names and shapes of its tensors alone.
package struct FeedForwardShapes: Sendable, Equatable {
  /// D, the width of the residual stream.
  package let hiddenSize: Int
  /// H of each layer.
  package let widths: [Int]
  package let gated: Bool

  /// Takes the first family whose names the tensors have; nil if there is none.
  package init?(
    _ tensors: some TensorList, _ naming: TensorNaming, families: [Family] = Family.known
  ) {
    let found = families.lazy.compactMap { family in
      family.layouts[naming].flatMap { Self(tensors, $0) }
    }
    guard let first = found.first else { return nil }
    self = first
  }

  private init?(_ tensors: some TensorList, _ layout: TensorLayout) {
    let renaming = layout.renaming(of: tensors)
    func shape(_ role: TensorRole, _ layer: Int) -> [Int]? {
      guard let name = layout.name(role, layer: layer) else { return nil }
      let shape = tensors.tensor(TensorName(TensorLayout.renamed(name, by: renaming)))?.shape
      return layout.isTransposed ? shape?.reversed() : shape
    }
    /// D and H of a layer; nil if there is none, or its projections do not fit together.
    func sizes(_ layer: Int) -> (hidden: Int, neurons: Int)? {
      guard let down = shape(.down, layer), down.count == 2 else { return nil }
      let (hidden, neurons) = (down[0], down[1])
      let parts = [(TensorRole.up, 1), (.gate, 1), (.gateUp, 2)]
      let fits = parts.map { role, count in
        shape(role, layer).map { $0 == [count * neurons, hidden] }
      }
      guard fits[0] ?? fits[2] != nil, fits.allSatisfy({ $0 ?? true }) else { return nil }
      return (hidden, neurons)
    }
    guard let first = sizes(0) else { return nil }
    var widths: [Int] = []
    while let layer = sizes(widths.count), layer.hidden == first.hidden {
      widths.append(layer.neurons)
    }
    hiddenSize = first.hidden
    self.widths = widths
    gated = shape(.gate, 0) != nil || shape(.gateUp, 0) != nil
  }
}
