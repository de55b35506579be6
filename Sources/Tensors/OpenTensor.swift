package import ByteIO
package import Kernels

/// A tensor of a source, open for reads in pieces from any number of threads.
package struct OpenTensor: Sendable {
  package let description: TensorDescription
  /// Size in which pieces are read without reading any byte twice.
  package let pieceBytes: Int
  private let content: Content

  private enum Content: Sendable {
    case memory([UInt8])
    case reader(@Sendable (Range<Int>) throws(TensorError) -> [UInt8])
  }

  /// Default size of a piece, for files without checksummed blocks.
  package static let usualPieceBytes = 4 << 20

  /// A tensor read on demand.
  ///
  /// - Parameters:
  ///   - description: description of the bytes.
  ///   - pieceBytes: size in which pieces are read without reading any byte twice.
  ///   - read: reads a range of the tensor's bytes, on any thread.
  package init(
    _ description: TensorDescription, pieceBytes: Int = usualPieceBytes,
    read: @escaping @Sendable (Range<Int>) throws(TensorError) -> [UInt8]
  ) {
    self.description = description
    self.pieceBytes = pieceBytes
    content = .reader(read)
  }

  /// A tensor in memory.
  package init(_ description: TensorDescription, bytes: [UInt8]) {
    precondition(bytes.count == description.byteCount, "\(bytes.count) bytes, not those described")
    self.description = description
    pieceBytes = max(bytes.count, 1)
    content = .memory(bytes)
  }

  /// The same bytes under another description.
  package func described(as description: TensorDescription) -> OpenTensor {
    switch content {
    case .memory(let bytes): OpenTensor(description, bytes: bytes)
    case .reader(let read): OpenTensor(description, pieceBytes: pieceBytes, read: read)
    }
  }

  /// The first rows of the tensor.
  package func firstRows(_ rows: Int) throws(TensorError) -> OpenTensor {
    guard let all = description.shape.first, all != rows else { return self }
    let view = try description.reshaped([rows] + description.shape.dropFirst())
    switch content {
    case .memory(let bytes): return OpenTensor(view, bytes: Array(bytes[..<view.byteCount]))
    case .reader(let read): return OpenTensor(view, pieceBytes: pieceBytes, read: read)
    }
  }

  package func read(_ range: Range<Int>) throws(TensorError) -> [UInt8] {
    switch content {
    case .memory(let bytes): range == bytes.indices ? bytes : Array(bytes[range])
    case .reader(let read): try read(range)
    }
  }

  package func readAll() throws(TensorError) -> [UInt8] {
    try read(0..<description.byteCount)
  }

  /// Byte ranges for reading the whole tensor, in order.
  package var pieces: [Range<Int>] {
    stride(from: 0, to: description.byteCount, by: pieceBytes).map {
      $0..<min($0 + pieceBytes, description.byteCount)
    }
  }

  /// Reads the tensor piece by piece, in order.
  package func forEachPiece(_ body: (_ offset: Int, [UInt8]) throws -> Void) throws {
    for piece in pieces { try body(piece.lowerBound, read(piece)) }
  }

  package func digest() throws(TensorError) -> SHA256Digest {
    var hasher = SHA256Hasher()
    for piece in pieces { hasher.update(try read(piece)) }
    return hasher.digest()
  }

  /// All elements as floats, decoded on this thread.
  package func floats() throws(TensorError) -> [Float] {
    description.elementType.floats(try readAll())
  }

  /// Elements as floats, read and decoded in pieces by several threads.
  ///
  /// - Parameters:
  ///   - elements: whole blocks of the tensor; nil for all.
  ///   - parallel: the loop over pieces.
  /// - Returns: one float per element.
  /// - Throws: the error of the first piece that could not be read.
  package func floats(
    _ elements: Range<Int>? = nil, parallel: Parallel
  ) throws(TensorError) -> [Float] {
    let type = description.elementType
    let elements = elements ?? 0..<description.elementCount
    let start = elements.lowerBound / type.block.elements * type.block.bytes
    return try type.floats(count: elements.count, parallel: parallel) {
      (range) throws(TensorError) in
      try read(range.lowerBound + start..<range.upperBound + start)
    }
  }
}
