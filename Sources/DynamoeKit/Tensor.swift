import Tensors

/// What a file says of a tensor, checked against the file.
public struct Tensor: Sendable, Equatable {
  let description: TensorDescription

  init(_ description: TensorDescription) { self.description = description }

  /// As the file has it.
  public var name: String { description.name.text }
  /// The element type by its name in safetensors (`BF16`, `F32`) or in ggml (`Q4_K`, `IQ4_NL`).
  public var elementType: String { description.elementType.rawValue }
  /// Extents, the slowest first, also for GGUF; empty for a single element.
  public var shape: [Int] { description.shape }
  /// The product of the extents.
  public var elementCount: Int { description.elementCount }
  /// The bytes that all elements take.
  public var byteCount: Int { description.byteCount }

  /// The elements in a piece of the tensor, as floats.
  ///
  /// Wider numbers are rounded to the nearest float; of a complex number both parts are given, one
  /// after the other; quantised blocks are decoded as ggml does, to the bit.
  ///
  /// - Parameter bytes: whole blocks of the tensor's type, as ``TensorPieces`` gives them.
  /// - Returns: the elements, in order.
  /// - Throws: ``DynamoeError/Category/data`` for a type whose values are not known here (IQ1, IQ2
  ///   and IQ3), and ``DynamoeError/Category/usage`` for bytes that are no whole blocks.
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
