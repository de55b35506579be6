extension OpenTensor {
  /// Converts elements to another type, piece by piece; the tensor itself if nothing changes.
  ///
  /// - Parameters:
  ///   - type: an encodable type, or the tensor's own; rows are whole blocks of it.
  ///   - offset: added to each element first.
  /// - Returns: a view whose pieces are whole rows if they fit.
  /// - Throws: `beyondType`, also from reads, for a value that the type cannot hold.
  package func recoded(
    as type: ElementType, adding offset: Float = 0
  ) throws(TensorError) -> OpenTensor {
    let own = description.elementType
    guard type != own || offset != 0 else { return self }
    let view = try description.reshaped(description.shape, as: type)
    // Whole blocks of both types, and whole rows if they fit into a piece.
    let common = max(own.block.elements, type.block.elements, description.shape.last ?? 1, 1)
    let step = max(Self.usualElements / common, 1) * common
    let name = description.name
    let limit = type.largestMagnitude
    return OpenTensor(view, pieceBytes: step / type.block.elements * type.block.bytes) {
      (range) throws(TensorError) in
      let first = range.lowerBound / type.block.bytes
      let last = (range.upperBound + type.block.bytes - 1) / type.block.bytes
      let elements = first * type.block.elements..<last * type.block.elements
      let start = elements.lowerBound / own.block.elements
      let end = (elements.upperBound + own.block.elements - 1) / own.block.elements
      var values = own.floats(try read(start * own.block.bytes..<end * own.block.bytes))
      let before = elements.lowerBound - start * own.block.elements
      if before != 0 || values.count != elements.count {
        values = Array(values[before..<before + elements.count])
      }
      if offset != 0 { for index in values.indices { values[index] += offset } }
      if let limit, values.contains(where: { $0.isFinite && $0.magnitude > limit }) {
        throw .beyondType(tensor: name.text, type: type)
      }
      let bytes = type.encode(values)
      let skipped = range.lowerBound - first * type.block.bytes
      return skipped == 0 && range.count == bytes.count
        ? bytes : Array(bytes[skipped..<skipped + range.count])
    }
  }

  /// Elements per piece, which each thread holds as floats.
  private static let usualElements = 1 << 21
}

extension ElementType {
  /// Largest magnitude that the type, or the scale of its blocks, can hold; nil if any float fits.
  fileprivate var largestMagnitude: Float? {
    let half = Float(Float16.greatestFiniteMagnitude)
    return switch self {
    case .f16: half
    case .q80: 127 * half
    case .q40: 8 * half
    default: nil
    }
  }
}
