package import Tensors

/// Feed-forward layers whose matrices are packed by a quantisation, such as GPTQ's `qweight`: names
/// tell that they are there, but shapes do not tell their sizes.
package struct PackedFeedForward: Sendable {
  package let layers: Int
  package let gated: Bool

  /// Nil if there are none.
  package init?(_ tensors: some TensorList) {
    var layers: [FeedForwardStacks.Module: [Int: Set<FeedForwardNames.Role>]] = [:]
    for tensor in tensors.tensors {
      guard let name = LayerTensorName(tensor.name) else { continue }
      // The matrix is `up_proj.weight`, or a part of one, such as `up_proj.qweight`.
      for matrix in [name, name.withoutLastPart] {
        for entry in FeedForwardNames.byLastPart[matrix.lastPart] ?? [] {
          guard let path = matrix.module(of: entry.matrix), !path.contains("expert") else {
            continue
          }
          let module = FeedForwardStacks.Module(
            stack: name.stack, path: String(path), names: entry.names)
          layers[module, default: [:]][name.layer, default: []].insert(entry.role)
        }
      }
    }
    let found = layers.values.map { layers in
      layers.values.filter { $0.isSuperset(of: [.up, .down]) }
    }
    guard let largest = found.max(by: { $0.count < $1.count }), !largest.isEmpty else {
      return nil
    }
    self.layers = largest.count
    gated = largest.allSatisfy { $0.contains(.gate) }
  }
}
