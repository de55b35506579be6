/// Name, element type and shape of a tensor; readers check them against the file first.
package struct TensorDescription: Sendable, Equatable {
  package let name: TensorName
  package let elementType: ElementType
  /// Extents, the slowest first; empty for a single element.
  package let shape: [Int]
  package let elementCount: Int
  package let byteCount: Int

  /// Fails with nil if the size overflows or is not a whole number of bytes, or if the rows of a
  /// quantised tensor are not whole blocks.
  package init?(name: TensorName, elementType: ElementType, shape: [Int]) {
    guard let elements = Self.elementCount(of: shape),
      let bytes = elementType.byteCount(elements: elements),
      !elementType.isQuantized || (shape.last ?? 1) % elementType.block.elements == 0
    else { return nil }
    self.name = name
    self.elementType = elementType
    self.shape = shape
    elementCount = elements
    byteCount = bytes
  }

  /// The same tensor under another name.
  package init(renaming other: TensorDescription, _ name: TensorName) {
    self.name = name
    elementType = other.elementType
    shape = other.shape
    elementCount = other.elementCount
    byteCount = other.byteCount
  }

  /// The product of the extents, multiplied from left to right; nil if it overflows.
  ///
  /// As in the reference reader of safetensors, an intermediate product may need all 64 bits: a
  /// later extent of zero still makes it small.
  package static func elementCount(of shape: [Int]) -> Int? {
    var count: UInt = 1
    for extent in shape {
      guard let factor = UInt(exactly: extent) else { return nil }
      let (product, overflow) = count.multipliedReportingOverflow(by: factor)
      guard !overflow else { return nil }
      count = product
    }
    return Int(exactly: count)
  }
}

extension ElementType {
  /// Size in bytes of `elements` elements; nil if it overflows or they do not fill whole blocks.
  package func byteCount(elements: Int) -> Int? {
    guard elements % block.elements == 0 else { return nil }
    let (bytes, overflow) = (elements / block.elements).multipliedReportingOverflow(by: block.bytes)
    return overflow ? nil : bytes
  }
}
