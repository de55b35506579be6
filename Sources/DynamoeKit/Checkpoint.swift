import Checkpoints
import DMOE
import Kernels
import Tensors
import Work

/// A model on disk: a checkpoint in safetensors or GGUF, whole or in parts, or a `.dmoe`.
///
/// Opening reads and checks the headers only. Weights are read on demand, in bounded pieces, and
/// are never mapped into memory. Companion files such as `config.json` are read once, at first use.
/// The format is detected from a file's first bytes, not from its name.
public struct Checkpoint: Sendable {
  /// File format of a checkpoint.
  public enum Format: String, Sendable {
    /// One file, or a folder with its shards.
    case safetensors
    /// One file, any part of a split file (which stands for all parts), or a folder.
    case gguf
    /// A converted model (`formats/dmoe.md`).
    case dmoe
  }

  /// The path passed to the initialiser.
  public let path: String
  /// File format, detected from the content.
  public let format: Format
  /// The tensors of the dense model, in the order of their bytes in the files.
  ///
  /// Tensors that a `.dmoe` stores as rings are listed whole, with their shapes in the source.
  public let tensors: [Tensor]

  let opened: Checkpoints.Checkpoint

  /// Opens a file or a folder.
  ///
  /// - Parameters:
  ///   - path: a file, or a folder such as a snapshot of the Hub's cache.
  ///   - base: the dense checkpoint that an overlay was made from; every tensor is compared with it
  ///     first. Nil for all other files.
  ///   - family: path of a description of the model's family (`docs/families.md`), for families
  ///     that are not built in.
  /// - Throws: ``DynamoeError/Category/missingInput`` if nothing can be read at the path;
  ///   ``DynamoeError/Category/data`` if the checkpoint is malformed or unsupported.
  public init(
    path: String, base: String? = nil, family: String? = nil
  ) throws(DynamoeError) {
    self.path = path
    opened = try DynamoeError.wrapping { () throws(ModelError) in
      let checkpoint = try Checkpoints.Checkpoint(path: path, family: family)
      guard let base else { return checkpoint }
      return try checkpoint.on(
        base: base, Context(Parallel(threads: Processors.available)))
    }
    format =
      switch opened.storage {
      case .dense(.safetensors): .safetensors
      case .dense(.gguf): .gguf
      case .container, .overlay: .dmoe
      }
    tensors = opened.tensors.map { Tensor($0) }
  }

  /// Finds a tensor by name, compared byte by byte; nil if there is none.
  public func tensor(named name: String) -> Tensor? {
    opened.tensor(TensorName(name)).map { Tensor($0) }
  }

  /// Reads the bytes of a tensor from its beginning, piece by piece.
  ///
  /// - Parameters:
  ///   - tensor: one of ``tensors``.
  ///   - byteLimit: maximum size of a piece; raised to one block of the tensor's type if smaller.
  /// - Returns: an iterator that reads each piece on demand.
  /// - Throws: ``DynamoeError/Category/usage`` for an overlay without its base, or a limit below 1;
  ///   ``DynamoeError/Category/data`` for a tensor that the checkpoint does not have, or that the
  ///   file does not hold bit for bit (cut off, or stored in another type).
  public func pieces(
    of tensor: Tensor, byteLimit: Int = 1 << 22
  ) throws(DynamoeError) -> TensorPieces {
    guard byteLimit > 0 else {
      throw DynamoeError(.usage, "byteLimit \(byteLimit): expected a number above 0")
    }
    return try TensorPieces(tensor.description, of: opened, byteLimit: byteLimit)
  }
}
