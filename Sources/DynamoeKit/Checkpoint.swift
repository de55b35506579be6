import Checkpoints
import DMOE
import Kernels
import Tensors
import Work

/// A model on disk: a checkpoint in safetensors or GGUF, whole or in parts, or a `.dmoe`.
///
/// Opening reads headers and checks them; weights are read when they are asked for, in bounded pieces
/// and never mapped. What lies beside them, as `config.json`, is read once, when it is first asked for.
/// The format is told by a file's first bytes, not by its name.
public struct Checkpoint: Sendable {
  /// How the file is laid out.
  public enum Format: String, Sendable {
    /// One file, or a folder with its shards.
    case safetensors
    /// One file, a part that stands for all of a split one, or a folder.
    case gguf
    /// A converted model (`formats/dmoe.md`).
    case dmoe
  }

  /// The path that was given.
  public let path: String
  /// How the file is laid out.
  public let format: Format
  /// The tensors of the dense model, in the order of their bytes in the files.
  ///
  /// Those that a `.dmoe` has cut into rings are among them, as the source had them.
  public let tensors: [Tensor]

  let opened: Checkpoints.Checkpoint

  /// Opens a file or a folder.
  ///
  /// - Parameters:
  ///   - path: a file, or a folder such as a snapshot of the Hub's cache.
  ///   - base: the dense checkpoint that an overlay was made from; every tensor is compared with it
  ///     first. Nil for all other files.
  ///   - family: a description of the model's family (`docs/families.md`), where it is none of those
  ///     that are known.
  /// - Throws: ``DynamoeError/Category/missingInput`` where nothing can be read, and
  ///   ``DynamoeError/Category/data`` for what is no sound checkpoint.
  public init(
    path: String, base: String? = nil, family: String? = nil
  ) throws(DynamoeError) {
    self.path = path
    opened = try DynamoeError.wrapping { () throws(ModelError) in
      let checkpoint = try Checkpoints.Checkpoint(path: path, family: family)
      guard let base else { return checkpoint }
      return try checkpoint.on(
        base: base, parallel: Parallel(threads: Processors.available), progress: .ignored)
    }
    format =
      switch opened.storage {
      case .dense(.safetensors): .safetensors
      case .dense(.gguf): .gguf
      case .container, .overlay: .dmoe
      }
    tensors = opened.tensors.map { Tensor($0) }
  }

  /// The tensor of a name, compared by its bytes; nil where there is none.
  public func tensor(named name: String) -> Tensor? {
    opened.tensor(TensorName(name)).map { Tensor($0) }
  }

  /// The bytes of a tensor from its beginning, piece by piece.
  ///
  /// - Parameters:
  ///   - tensor: one of ``tensors``.
  ///   - byteLimit: how large a piece is at most, but at least a block of the tensor's type.
  /// - Returns: an iterator that reads as it goes.
  /// - Throws: ``DynamoeError/Category/usage`` for an overlay without its base, and a limit below 1;
  ///   ``DynamoeError/Category/data`` for a tensor that is not here, or that the file does not hold
  ///   bit for bit: one that was cut or stored in another type.
  public func pieces(
    of tensor: Tensor, byteLimit: Int = 1 << 22
  ) throws(DynamoeError) -> TensorPieces {
    guard byteLimit > 0 else {
      throw DynamoeError(.usage, "byteLimit \(byteLimit): expected a number above 0")
    }
    return try TensorPieces(tensor.description, of: opened, byteLimit: byteLimit)
  }
}
