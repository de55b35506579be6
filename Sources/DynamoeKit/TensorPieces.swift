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
  /// What a container has cut into rings; nil for what is read as it lies there.
  private let cut: (source: DMOEDirectory.SourceTensor, container: DMOEReader)?
  /// The tensor that was put together from its rings; empty until it is asked for.
  private var rebuilt: [UInt8] = []
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
    cut = try Self.cut(tensor, of: checkpoint)
  }

  private static func cut(
    _ tensor: TensorDescription, of checkpoint: Checkpoints.Checkpoint
  ) throws(DynamoeError) -> (source: DMOEDirectory.SourceTensor, container: DMOEReader)? {
    guard case .container(let reader) = checkpoint.storage,
      let source = reader.directory.sourceTensors.first(where: {
        $0.description.name == tensor.name
      }), !source.isStoredWhole
    else { return nil }
    guard source.isExact else {
      throw DynamoeError(
        .data,
        "\(checkpoint.path): \(tensor.name) is stored in another type than the source's, "
          + "which cannot be given back")
    }
    return (source, reader)
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
    let piece: [UInt8]
    if let cut {
      if rebuilt.isEmpty { rebuilt = try Self.whole(cut.source, cut.container) }
      piece = Array(rebuilt[range])
    } else {
      piece = try DynamoeError.wrapping { () throws(TensorError) in
        try checkpoint.source.read(tensor.name, range)
      }
    }
    offset = range.upperBound
    return piece
  }

  private static func whole(
    _ source: DMOEDirectory.SourceTensor, _ container: DMOEReader
  ) throws(DynamoeError) -> [UInt8] {
    try DynamoeError.wrapping {
      try DenseReconstruction(container: container).bytes(of: source)
    }
  }
}
