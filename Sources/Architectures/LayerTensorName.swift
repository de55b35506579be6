package import Tensors

/// Name of a tensor of a numbered layer, in its parts.
package struct LayerTensorName {
  /// Name before the number, such as `model.layers`.
  let stack: String
  package let layer: Int
  /// Name after the number, without a final `weight`, such as `mlp.up_proj`.
  let rest: Substring
  let lastPart: Substring

  /// Splits at the first component that is a number; nil if there is none.
  package init?(_ name: TensorName) {
    let parts = name.text.split(separator: ".", omittingEmptySubsequences: false)
    guard let place = parts.firstIndex(where: Self.isNumber), place > 0,
      let layer = Int(parts[place])
    else { return nil }
    stack = parts[..<place].joined(separator: ".")
    self.layer = layer
    let end = parts.last == "weight" ? parts.count - 1 : parts.count
    lastPart = place + 1 < end ? parts[end - 1] : ""
    rest = place + 1 < end ? Substring(parts[(place + 1)..<end].joined(separator: ".")) : ""
  }

  /// Name without its last component: that of the matrix that a tensor such as `qweight` is part of.
  var withoutLastPart: LayerTensorName {
    let end = rest.lastIndex(of: ".") ?? rest.startIndex
    let shorter = rest[..<end]
    let last = shorter.lastIndex(of: ".").map { shorter[shorter.index(after: $0)...] } ?? shorter
    return LayerTensorName(stack: stack, layer: layer, rest: shorter, lastPart: last)
  }

  private init(stack: String, layer: Int, rest: Substring, lastPart: Substring) {
    self.stack = stack
    self.layer = layer
    self.rest = rest
    self.lastPart = lastPart
  }

  private static func isNumber(_ part: Substring) -> Bool {
    (1...5).contains(part.utf8.count) && part.utf8.allSatisfy { (48...57).contains($0) }
  }

  /// Module within the layer that has a matrix of this name; nil if the tensor is another.
  func module(of matrix: String) -> Substring? {
    guard rest.hasSuffix(matrix) else { return nil }
    let module = rest.dropLast(matrix.count)
    return module.isEmpty || module.last == "." ? module.dropLast(module.isEmpty ? 0 : 1) : nil
  }
}
