package import Tensors

/// The header of one file: metadata and tensors, checked against each other and the file's length.
///
/// A file is the counts of both, the metadata, what is to be known of each tensor, padding, and the
/// bytes of the tensors, each at a multiple of the alignment.
package struct GGUFHeader: Sendable {
  /// A tensor, and where it is.
  package struct Entry: Sendable, Equatable {
    package let description: TensorDescription
    /// The offset of the first byte, from the start of the data.
    package let offset: Int
  }

  /// What the first four bytes are.
  static let magic = Array("GGUF".utf8)
  /// Longer headers are refused: those of the largest vocabularies take some megabytes.
  static let lengthLimit = 1 << 27
  /// More tensors or keys are refused, so that a damaged count cannot take much time or memory.
  static let countLimit = 1 << 17
  static let dimensionLimit = 4
  static let alignmentKey = "general.alignment"
  static let defaultAlignment = 32

  /// 2 or 3, which differ in nothing that is stored.
  package let version: Int
  package let byteOrder: ByteOrder
  package let metadata: GGUFMetadata
  /// What all offsets of tensors are multiples of; a power of two.
  package let alignment: Int
  /// The tensors in the order of their bytes.
  package let entries: [Entry]
  /// Tensors whose type is unknown, in the order of their bytes.
  package let unknownTensors: [GGUFUnknownTensor]
  /// Where the data begins in the file.
  package let dataOffset: Int
}
