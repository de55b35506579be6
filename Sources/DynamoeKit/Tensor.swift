import Tensors

/// Description of a tensor in a file, checked against the file.
public struct Tensor: Sendable, Equatable {
  let description: TensorDescription

  init(_ description: TensorDescription) { self.description = description }

  /// Name as stored in the file.
  public var name: String { description.name.text }
  /// Name of the element type in safetensors (`BF16`, `F32`) or ggml (`Q4_K`, `IQ4_NL`).
  public var elementType: String { description.elementType.rawValue }
  /// Extents, slowest-varying first, also for GGUF; empty for a scalar.
  public var shape: [Int] { description.shape }
  /// The product of the extents.
  public var elementCount: Int { description.elementCount }
  /// Size of all elements in bytes.
  public var byteCount: Int { description.byteCount }

  /// Decodes a piece of the tensor to floats.
  ///
  /// Wider numbers are rounded to the nearest float; a complex number gives two floats, real part
  /// first; quantised blocks are decoded bit for bit as by ggml.
  ///
  /// - Parameter bytes: whole blocks of the tensor's type, as ``TensorPieces`` gives them.
  /// - Returns: the elements, in order.
  /// - Throws: ``DynamoeError/Category/data`` for a type that cannot be decoded (IQ1, IQ2 and IQ3);
  ///   ``DynamoeError/Category/usage`` if the bytes are not whole blocks.
  public func floats(of bytes: [UInt8]) throws(DynamoeError) -> [Float] {
    let type = description.elementType
    guard type.isDecodable else {
      throw DynamoeError(.data, "\(name): values of the type \(type.rawValue) cannot be decoded")
    }
    let block = type.block
    guard bytes.count % block.bytes == 0 else {
      throw DynamoeError(
        .usage, "\(name): expected whole blocks of \(block.bytes) bytes, found \(bytes.count) bytes"
      )
    }
    return type.floats(bytes)
  }
}
