import Architectures
import JSON
import Tensors

extension Model {
  /// Family and configuration of a model whose layers may differ in width.
  static func described(
    by document: JSONValue, _ family: Family, _ checkpoint: Checkpoint
  ) throws(JSONFieldError) -> (Family, ModelConfiguration) {
    guard family.layerWidths == .blocks else {
      let widths = family.unrun == nil ? [] : neurons(of: family, in: checkpoint)
      return (family, try ModelConfiguration(document, family: family, widths: widths))
    }
    let blocks = try BlockConfigurations(document)
    let family = blocks.family(family)
    return (
      family,
      try ModelConfiguration(blocks.completed(document), family: family, widths: blocks.widths)
    )
  }

  /// Widths of the networks by the shapes of their tensors, for families that state them in ways of
  /// their own: those up to the first layer without such tensors.
  private static func neurons(of family: Family, in checkpoint: Checkpoint) -> [Int] {
    let layout = family.layouts[.transformers] ?? .nameless
    let renaming = layout.renaming(of: checkpoint)
    func extent(_ role: TensorRole, _ axis: Int, layer: Int) -> Int? {
      guard let name = layout.name(role, layer: layer),
        let tensor = checkpoint.tensor(TensorName(TensorLayout.renamed(name, by: renaming))),
        tensor.shape.count == 2
      else { return nil }
      return tensor.shape[axis]
    }
    var widths: [Int] = []
    // Far above any model.
    while widths.count < 1 << 16 {
      let layer = widths.count
      let sizes = [
        extent(.gate, 0, layer: layer), extent(.up, 0, layer: layer),
        extent(.gateUp, 0, layer: layer).map { $0 / 2 }, extent(.down, 1, layer: layer),
      ].compactMap(\.self).sorted()
      // One tensor of another shape does not change the median, and is refused by name later.
      guard !sizes.isEmpty, case let width = sizes[sizes.count / 2], (1...1 << 24).contains(width)
      else { break }
      widths.append(width)
    }
    return widths
  }
}
