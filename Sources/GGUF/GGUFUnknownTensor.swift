package import Tensors

/// A tensor of an unknown or removed ggml type, which can be listed but not read.
package struct GGUFUnknownTensor: Sendable, Equatable {
  package let name: TensorName
  /// Type number in the file.
  package let typeNumber: UInt32
  /// Extents, slowest first.
  package let shape: [Int]
  /// Offset of the first byte, from the start of the data.
  package let offset: Int
  /// Size of the tensor in bytes; nil if the type's block size is unknown.
  package let byteCount: Int?
  /// Upper bound of the size: bytes up to the next tensor or the end of the file.
  package let room: Int
}
