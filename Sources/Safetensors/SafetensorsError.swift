package import ByteIO
package import JSON
package import Tensors

/// Failure to read or write a safetensors checkpoint.
///
/// Offsets count from the start of the file unless stated otherwise.
package enum SafetensorsError: Error, Equatable, Sendable {
  case file(FileError)

  // The length field and the header's JSON.

  /// The file is shorter than the 8 bytes of the header length.
  case tooShort(path: String, length: Int)
  /// The header is longer than the reference reader accepts.
  case headerTooLarge(path: String, limit: Int, found: UInt64)
  /// The header extends past the end of the file.
  case headerPastEnd(path: String, expected: UInt64, available: Int)
  /// The header or the index is not JSON, or has a duplicate key.
  case invalidJSON(path: String, JSONError)
  /// A JSON value differs from what the format requires.
  case unexpectedValue(path: String, place: String, expected: String, found: String)
  /// A tensor lacks its type, shape or offsets.
  case missingField(path: String, tensor: TensorName, field: String)
  case unknownElementType(path: String, tensor: TensorName, found: String)

  // Tensors compared with the bytes of the file. Offsets count from the start of the data.

  /// The number of elements or bytes overflows.
  case sizeOverflow(path: String, tensor: TensorName, shape: [Int])
  /// The elements, each smaller than a byte, do not fill whole bytes.
  case partialByte(path: String, tensor: TensorName, type: ElementType, elements: Int)
  /// A tensor ends before it begins.
  case reversedOffsets(path: String, tensor: TensorName, begin: Int, end: Int)
  /// Bytes before this tensor do not belong to any tensor.
  case hole(path: String, tensor: TensorName, expected: Int, found: Int)
  /// A tensor begins inside the one before it.
  case overlap(path: String, tensor: TensorName, expected: Int, found: Int)
  /// The size by type and shape differs from the size by offsets.
  case wrongSize(path: String, tensor: TensorName, expected: Int, found: Int)
  /// The file ends within the tensors.
  case truncated(path: String, expected: Int, found: Int)
  /// The file continues after the last tensor.
  case trailingBytes(path: String, expected: Int, found: Int)

  // A folder and its index.

  /// The folder holds no checkpoint.
  case noCheckpoint(path: String)
  /// The folder holds several files, and not a single index that names them.
  case ambiguous(path: String, found: [String])
  /// The weights are pickles, which may run code when they are loaded.
  case pickle(path: String, found: String)
  /// The file is a pointer of Git LFS to the real one; `size` is the length that it states.
  case pointer(path: String, size: Int?)
  /// The index gives a path where a plain file name is expected.
  case invalidShardName(path: String, tensor: TensorName, found: String)
  case missingShard(path: String, shard: String)
  case inTwoShards(path: String, tensor: TensorName, first: String, second: String)

  // Writing.

  /// Two tensors, or two metadata entries, have the same name.
  case duplicateName(path: String, name: String)
  /// The format reserves this name.
  case reservedName(path: String, name: String)
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

extension SafetensorsError: CausedError {
  package var cause: (any Error)? { if case .file(let error) = self { error } else { nil } }
}
