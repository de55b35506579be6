package import Tensors

/// A tensor of a type that is unknown here, or was removed from ggml: it can be named, but not read.
package struct GGUFUnknownTensor: Sendable, Equatable {
  package let name: TensorName
  /// The number of the type.
  package let typeNumber: UInt32
  /// Extents, the slowest first.
  package let shape: [Int]
  /// The offset of the first byte, from the start of the data.
  package let offset: Int
  /// The bytes of the tensor, where the size of the type's blocks is known.
  package let byteCount: Int?
  /// The bytes up to the next tensor or the end of the file: it takes no more.
  package let room: Int
}
