import Kernels

extension OpenTensor {
  /// Reorders rows and columns; ``recoded(as:adding:)`` adds the offset.
  ///
  /// Moves bytes without decoding them; does not read an unchanged tensor.
  package func arranged(_ arrangement: Arrangement) throws(TensorError) -> OpenTensor {
    guard arrangement.isTransposed || arrangement.rows != nil else { return self }
    let type = description.elementType
    var bytes = try readAll()
    var shape = description.shape
    if arrangement.isTransposed, shape.count == 2 {
      bytes = Rearrangement.transpose(
        bytes, rows: shape[0], columns: shape[1], elementSize: type.block.bytes)
      shape.reverse()
    }
    if let rows = arrangement.rows {
      let rowBytes = shape.first.map { $0 == 0 ? 0 : bytes.count / $0 } ?? 0
      bytes = Rearrangement.gatherRows(rows[...], of: bytes, rowBytes: rowBytes)
      shape[0] = rows.count
    }
    return try OpenTensor(description.reshaped(shape), bytes: bytes)
  }

  /// Columns of a matrix, decoded because blocks of its type may run across them.
  ///
  /// - Parameter columns: indices, in the wanted order.
  /// - Returns: a matrix of F32 whose rows are read on demand.
  /// - Throws: `uncomposable` if the matrix has an impossible size.
  package func columns(_ columns: [Int]) throws(TensorError) -> OpenTensor {
    let (rows, width) = (description.shape[0], description.shape[1])
    let view = try description.reshaped([rows, columns.count], as: .f32)
    let type = description.elementType
    let rowBytes = width / type.block.elements * type.block.bytes
    let viewRowBytes = columns.count * 4
    return OpenTensor(view, pieceBytes: Self.wholeRows(of: viewRowBytes)) {
      (range) throws(TensorError) in
      guard !range.isEmpty else { return [] }
      let first = range.lowerBound / viewRowBytes
      let last = (range.upperBound - 1) / viewRowBytes
      let values = type.floats(try read(first * rowBytes..<(last + 1) * rowBytes))
      var taken: [Float] = []
      taken.reserveCapacity((last - first + 1) * columns.count)
      for start in stride(from: 0, to: values.count, by: width) {
        for column in columns { taken.append(values[start + column]) }
      }
      let bytes = ElementType.f32.encode(taken)
      let start = range.lowerBound - first * viewRowBytes
      return start == 0 && range.count == bytes.count
        ? bytes : Array(bytes[start..<start + range.count])
    }
  }

  /// Size of a usual piece, rounded to whole rows.
  private static func wholeRows(of rowBytes: Int) -> Int {
    max(usualPieceBytes / max(rowBytes, 1), 1) * max(rowBytes, 1)
  }
}

extension TensorDescription {
  /// The description with another shape and type; throws if their size is impossible.
  package func reshaped(
    _ shape: [Int], as type: ElementType? = nil
  ) throws(TensorError) -> TensorDescription {
    let type = type ?? elementType
    guard let description = TensorDescription(name: name, elementType: type, shape: shape) else {
      throw .uncomposable(reason: "\(name): no size of \(type.rawValue) has the shape \(shape)")
    }
    return description
  }
}
