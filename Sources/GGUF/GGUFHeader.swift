package import Tensors

/// Header of one file: metadata and tensors, checked against each other and the file's length.
///
/// A file consists of magic, version, the counts of tensors and keys, the metadata, a record for
/// each tensor, padding, and the bytes of the tensors, each at a multiple of the alignment.
package struct GGUFHeader: Sendable {
  /// A tensor and its offset.
  package struct Entry: Sendable, Equatable {
    package let description: TensorDescription
    /// Offset of the first byte, from the start of the data.
    package let offset: Int
  }

  /// First four bytes of a file.
  static let magic = Array("GGUF".utf8)
  /// Length in bytes above which headers are refused; the largest vocabularies take some megabytes.
  static let lengthLimit = 1 << 27
  /// Largest accepted number of tensors or keys; bounds the cost of a damaged count.
  static let countLimit = 1 << 17
  static let dimensionLimit = 4
  static let alignmentKey = "general.alignment"
  static let defaultAlignment = 32

  /// 2 or 3; both have the same layout.
  package let version: Int
  package let byteOrder: ByteOrder
  package let metadata: GGUFMetadata
  /// Power of two that divides all tensor offsets.
  package let alignment: Int
  /// Tensors in order of their offsets.
  package let entries: [Entry]
  /// Tensors of unknown type, in order of their offsets.
  package let unknownTensors: [GGUFUnknownTensor]
  /// File offset at which the data begins.
  package let dataOffset: Int
}
