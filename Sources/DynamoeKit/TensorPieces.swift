import Checkpoints
import Containers
import DMOE
import Tensors

/// The bytes of a tensor on their way from the file.
///
/// Each piece is a whole number of the type's blocks, little-endian whatever the order of the file. Of
/// what a `.dmoe` has cut into rings, one tensor is put together in memory.
public struct TensorPieces: Sendable {
  private let checkpoint: Checkpoints.Checkpoint
  private let tensor: TensorDescription
  private let pieceBytes: Int
  /// Opened when the first piece is asked for.
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
    // A tensor that cannot be given back is told now, and not behind the pieces of others.
    if checkpoint.source.tensor(tensor.name) == nil { opened = try Self.open(tensor, checkpoint) }
  }

  private static func open(
    _ tensor: TensorDescription, _ checkpoint: Checkpoints.Checkpoint
  ) throws(DynamoeError) -> OpenTensor {
    try DynamoeError.wrapping { () throws(TensorError) in
      try checkpoint.source.open(tensor.name)
    }
  }

  /// The next piece; nil behind the last one.
  ///
  /// - Throws: ``DynamoeError/Category/inputOutput`` for a file that cannot be read further, or is not
  ///   what it was when it was opened; ``DynamoeError/Category/data`` for bytes that are damaged, and
  ///   for a neuron's weights that a file lacks which was cut.
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
