package import ByteIO
package import Tensors

/// Failure to read or write a GGUF checkpoint.
package enum GGUFError: Error, Equatable, Sendable {
  case file(FileError)

  // The header, field by field.

  /// The file does not begin with the magic `GGUF`.
  case notGGUF(GGUFPosition, found: [UInt8])
  case unsupportedVersion(GGUFPosition, found: UInt32)
  /// The file ends within a field, or within the content whose length the field gives.
  case truncated(GGUFPosition, expected: UInt64, found: Int)
  /// A count or length exceeds the limit, or the file is too short for it.
  case tooLarge(GGUFPosition, limit: Int, found: UInt64)
  /// The header exceeds the limit at the end of this field.
  case headerTooLarge(GGUFPosition, limit: Int)
  /// A name is empty, contains NUL, or is not UTF-8.
  case invalidName(GGUFPosition, found: [UInt8])
  /// Two keys or two tensors have the same name.
  case duplicateName(GGUFPosition, name: String)
  case unknownValueType(GGUFPosition, found: UInt32)
  /// An array of arrays, which the format allows and no model uses.
  case nestedArray(GGUFPosition)
  case invalidBool(GGUFPosition, found: UInt8)
  /// The alignment is not a power of two, or not of type u32.
  case invalidAlignment(GGUFPosition, found: String)

  // The tensors.

  /// The number of elements or bytes overflows; extents in file order, or slowest first on writing.
  case sizeOverflow(GGUFPosition, extents: [UInt64])
  /// The rows of a quantised tensor are not a whole number of blocks.
  case partialBlock(GGUFPosition, type: ElementType, found: UInt64)
  case misaligned(GGUFPosition, alignment: Int, found: UInt64)
  /// A tensor extends past the end of the file; offsets count from the start of the data.
  case pastEnd(GGUFPosition, offset: UInt64, byteCount: Int, available: Int)
  /// A tensor begins before the end of another; offsets count from the start of the data.
  case overlap(GGUFPosition, found: Int, other: String, end: Int)

  // Metadata lookups.

  case missingKey(path: String, key: String)
  case unexpectedValue(GGUFPosition, expected: String, found: String)

  // Folders and split files.

  /// The folder holds no GGUF file.
  case noCheckpoint(path: String)
  /// The folder holds several files that do not belong together.
  case ambiguous(path: String, found: [String])
  /// The file name does not match the part number and count in the metadata.
  case wrongPartName(path: String, part: Int, count: Int)
  case missingParts(path: String, parts: [String])
  /// The number of tensors in all parts differs from the count in the first part.
  case wrongTensorCount(GGUFPosition, expected: Int, found: Int)
  case inTwoParts(path: String, tensor: TensorName, first: String, second: String)

  // Writing.

  /// The element type does not exist in ggml.
  case unwritableType(path: String, tensor: TensorName, type: ElementType)
  /// The writer was given no tensor of this name.
  case unknownTensor(path: String, tensor: TensorName)
  /// The bytes would exceed their tensor; offsets count from its start.
  case outsideTensor(path: String, tensor: TensorName, offset: Int, count: Int, byteCount: Int)
  /// The bytes were written before.
  case writtenTwice(path: String, tensor: TensorName, range: Range<Int>)
  /// The file was committed before all bytes of this tensor were written.
  case incomplete(path: String, tensor: TensorName, expected: Int, written: Int)
  /// The file is already committed; nothing can be added.
  case finished(path: String)
}

extension GGUFError: CausedError {
  package var cause: (any Error)? { if case .file(let error) = self { error } else { nil } }
}
