import Checkpoints
import Containers
import DMOE
import Tensors

/// Reader of a tensor's bytes, piece by piece.
///
/// Each piece is a whole number of the type's blocks, little-endian whatever the order of the file.
/// A tensor that a `.dmoe` stores as rings is assembled in memory.
public struct TensorPieces: Sendable {
  private let checkpoint: Checkpoints.Checkpoint
  private let tensor: TensorDescription
  private let pieceBytes: Int
  /// Opened for the first piece.
  private var opened: OpenTensor?
  private var offset = 0

  init(
    _ tensor: TensorDescription, of checkpoint: Checkpoints.Checkpoint, byteLimit: Int
  ) throws(DynamoeError) {
    guard checkpoint.hasWeights else {
      throw DynamoeError(
        .usage,
        "\(checkpoint.path): an overlay without weights: open it with the base that it was made from"
      )
    }
    guard checkpoint.tensor(tensor.name) == tensor else {
      throw DynamoeError(TensorError.missing(name: tensor.name.text))
    }
    let block = tensor.elementType.block.bytes
    self.checkpoint = checkpoint
    self.tensor = tensor
    pieceBytes = max(byteLimit / block, 1) * block
    // Reports a tensor that cannot be restored now, not after the pieces of others.
    if checkpoint.source.tensor(tensor.name) == nil { opened = try Self.open(tensor, checkpoint) }
  }

  private static func open(
    _ tensor: TensorDescription, _ checkpoint: Checkpoints.Checkpoint
  ) throws(DynamoeError) -> OpenTensor {
    try DynamoeError.wrapping { () throws(TensorError) in
      try checkpoint.source.open(tensor.name)
    }
  }

  /// The next piece; nil after the last one.
  ///
  /// - Throws: ``DynamoeError/Category/inputOutput`` if the file cannot be read further, or changed
  ///   since it was opened; ``DynamoeError/Category/data`` for damaged bytes, and for neurons that
  ///   a cut file lacks.
  public mutating func next() throws(DynamoeError) -> [UInt8]? {
    guard offset < tensor.byteCount else {
      try DynamoeError.wrapping { () throws(ModelError) in try checkpoint.checkUnchanged() }
      return nil
    }
    let range = offset..<min(offset + pieceBytes, tensor.byteCount)
    let source: OpenTensor
    if let opened { source = opened } else { source = try Self.open(tensor, checkpoint) }
    opened = source
    offset = range.upperBound
    return try DynamoeError.wrapping { () throws(TensorError) in try source.read(range) }
  }
}
