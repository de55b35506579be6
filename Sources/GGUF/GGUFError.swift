package import ByteIO
package import Tensors

/// Why a checkpoint in GGUF cannot be read or written.
package enum GGUFError: Error, Equatable, Sendable {
  case file(FileError)

  // The header, field by field.

  /// The file does not begin with the four letters.
  case notGGUF(GGUFPlace, found: [UInt8])
  case unsupportedVersion(GGUFPlace, found: UInt32)
  /// The file ends within a field, or within what the field announces.
  case truncated(GGUFPlace, expected: UInt64, found: Int)
  /// A count or a length that is not accepted, or for which the file is too short.
  case tooLarge(GGUFPlace, limit: Int, found: UInt64)
  /// The header, up to the end of this field, is longer than any model needs.
  case headerTooLarge(GGUFPlace, limit: Int)
  /// A name without bytes, with a NUL in it, or not in UTF-8.
  case invalidName(GGUFPlace, found: [UInt8])
  /// Two keys, or two tensors, have one name.
  case duplicateName(GGUFPlace, name: String)
  case unknownValueType(GGUFPlace, found: UInt32)
  /// An array of arrays, which the format knows and no model uses.
  case nestedArray(GGUFPlace)
  case invalidBool(GGUFPlace, found: UInt8)
  /// The alignment is not a power of two, in 32 bits without sign.
  case invalidAlignment(GGUFPlace, found: String)

  // The tensors.

  /// The number of elements or of bytes is not representable; extents as in the file.
  case sizeOverflow(GGUFPlace, extents: [UInt64])
  /// The rows of a quantised tensor are not whole blocks.
  case partialBlock(GGUFPlace, type: ElementType, found: UInt64)
  case misaligned(GGUFPlace, alignment: Int, found: UInt64)
  /// A tensor reaches past the end of the file; offsets count from the start of the data.
  case pastEnd(GGUFPlace, offset: UInt64, byteCount: Int, available: Int)
  /// A tensor begins before the end of another; offsets count from the start of the data.
  case overlap(GGUFPlace, found: Int, other: String, end: Int)

  // What is asked of the metadata.

  case missingKey(path: String, key: String)
  case unexpectedValue(GGUFPlace, expected: String, found: String)

  // Folders and split files.

  /// The folder holds no GGUF file.
  case noCheckpoint(path: String)
  /// The folder holds several files that do not belong together.
  case ambiguous(path: String, found: [String])
  /// The name is not that of the part that the file says it is.
  case wrongPartName(path: String, part: Int, count: Int)
  case missingParts(path: String, parts: [String])
  /// The parts hold another number of tensors than the first one says.
  case wrongTensorCount(GGUFPlace, expected: Int, found: Int)
  case inTwoParts(path: String, tensor: TensorName, first: String, second: String)

  // Writing.

  /// The type is none of those of ggml.
  case unwritableType(path: String, tensor: TensorName, type: ElementType)
  /// There is no tensor of this name to write.
  case unknownTensor(path: String, tensor: TensorName)
  /// The bytes would leave their tensor; offsets count from its start.
  case outsideTensor(path: String, tensor: TensorName, offset: Int, count: Int, byteCount: Int)
  /// The bytes were written before.
  case writtenTwice(path: String, tensor: TensorName, range: Range<Int>)
  /// The file was to be finished before this tensor was whole.
  case incomplete(path: String, tensor: TensorName, expected: Int, written: Int)
  /// The file has its name already; nothing can be added.
  case finished(path: String)
}

extension GGUFError: CausedError {
  package var cause: (any Error)? { if case .file(let error) = self { error } else { nil } }
}
