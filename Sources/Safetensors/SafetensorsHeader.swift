package import Tensors

/// Header of one file: its tensors, checked against each other and the file's length.
///
/// A file consists of the length of the header (8 bytes, little-endian), the header (JSON), and the
/// bytes of the tensors, without gaps between, before or after them.
package struct SafetensorsHeader: Sendable {
  /// A tensor and its offset.
  package struct Entry: Sendable, Equatable {
    package let description: TensorDescription
    /// Offset of the first byte, from the start of the data.
    package let offset: Int
  }

  /// Length in bytes above which headers are refused, as by the reference reader.
  package static let lengthLimit = 100_000_000

  /// Header member that is not a tensor.
  static let metadataKey = "__metadata__"

  /// Tensors in order of their offsets.
  package let entries: [Entry]
  /// Entries of `__metadata__`, in file order; nil if absent or null.
  package let metadata: [(key: String, value: String)]?
  /// Length of the header's JSON, including its padding.
  package let length: Int

  /// File offset at which the data begins.
  package var dataOffset: Int { 8 + length }
  /// Size of all tensors in bytes.
  package var dataLength: Int {
    entries.last.map { $0.offset + $0.description.byteCount } ?? 0
  }
}
