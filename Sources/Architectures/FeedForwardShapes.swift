package import Tensors

/// Feed-forward layers of a checkpoint, inferred from names and shapes of its tensors alone.
package struct FeedForwardShapes: Sendable, Equatable {
  /// Module of the layers, with `{layer}` for the number, such as `model.layers.{layer}.mlp`.
  package let module: String
  /// D, the width of the residual stream.
  package let hiddenSize: Int
  /// H of each layer that has a feed-forward network, in the order of the layers.
  package let widths: [Int]
  package let gated: Bool

  /// The feed-forward layers of the language model; nil if there are none.
  package init?(_ tensors: some TensorList) {
    guard let first = Self.stacks(in: tensors).first else { return nil }
    self = first
  }

  fileprivate init(
    module: FeedForwardStacks.Module, _ layers: [(layer: Int, sizes: FeedForwardSizes)]
  ) {
    self.module =
      "\(module.stack).{layer}" + (module.path.isEmpty ? "" : ".\(module.path)")
    hiddenSize = layers[0].sizes.hidden
    widths = layers.filter { $0.sizes.hidden == layers[0].sizes.hidden }.map(\.sizes.neurons)
    gated = layers[0].sizes.gated
  }

  /// All stacks of feed-forward layers: the language model's first, those of other senses last.
  package static func stacks(in tensors: some TensorList) -> [FeedForwardShapes] {
    let stacks = FeedForwardStacks(tensors)
    return stacks.modules.compactMap { module -> (FeedForwardStacks.Module, FeedForwardShapes)? in
      let layers = stacks.layers(of: module)
      return layers.isEmpty ? nil : (module, FeedForwardShapes(module: module, layers))
    }.sorted { rank($0) < rank($1) }.map(\.1)
  }

  /// Sort key: kind of the stack, then more parameters, then the name.
  private static func rank(
    _ found: (module: FeedForwardStacks.Module, shapes: FeedForwardShapes)
  ) -> (Int, Int, String) {
    let name = found.module.stack.lowercased()
    func names(_ words: [String]) -> Bool { words.contains { name.contains($0) } }
    let kind =
      names(["vision", "visual", "image", "audio", "speech", "vit", "vpm", "tower"])
      ? 3
      : names(["language", "text", "llm", "decoder"]) ? 0 : names(["encoder"]) ? 2 : 1
    let size = found.shapes.widths.reduce(0, +).multipliedReportingOverflow(
      by: found.shapes.hiddenSize)
    return (kind, size.overflow ? .min : -size.partialValue, found.shapes.module)
  }
}
