package import Tensors

/// The header of one file: its tensors, checked against each other and against the file's length.
///
/// A file is the length of the header (8 bytes, little-endian), the header (JSON), and the bytes of
/// the tensors, one after the other, with nothing between, before or behind them.
package struct SafetensorsHeader: Sendable {
  /// A tensor, and where it is.
  package struct Entry: Sendable, Equatable {
    package let description: TensorDescription
    /// The offset of the first byte, from the start of the data.
    package let offset: Int
  }

  /// Longer headers are refused, as by the reference reader.
  package static let lengthLimit = 100_000_000

  /// The member of the header that is not a tensor.
  static let metadataKey = "__metadata__"

  /// The tensors in the order of their bytes.
  package let entries: [Entry]
  /// What the writer noted about the file, in its order; nil where it noted nothing.
  package let metadata: [(key: String, value: String)]?
  /// The length of the header's JSON with its padding.
  package let length: Int

  /// Where the data begins in the file.
  package var dataOffset: Int { 8 + length }
  /// The bytes of all tensors.
  package var dataLength: Int {
    entries.last.map { $0.offset + $0.description.byteCount } ?? 0
  }
  /// The length of the whole file.
  package var fileLength: Int { dataOffset + dataLength }
}
