package import ByteIO
package import JSON
package import Tensors

/// Why a checkpoint in safetensors cannot be read or written.
///
/// Offsets count from the start of the file where not said otherwise.
package enum SafetensorsError: Error, Equatable, Sendable {
  case file(FileError)

  // The length field and the header's JSON.

  /// The file is shorter than the length of a header.
  case tooShort(path: String, length: Int)
  /// The header is longer than any reader accepts.
  case headerTooLarge(path: String, limit: Int, found: UInt64)
  /// The header would reach past the end of the file.
  case headerPastEnd(path: String, expected: UInt64, available: Int)
  /// The header or the index is not JSON, or has a key twice.
  case invalidJSON(path: String, JSONError)
  /// The JSON holds another value than the format asks for.
  case unexpectedValue(path: String, place: String, expected: String, found: String)
  /// A tensor lacks its type, its shape or its offsets.
  case missingField(path: String, tensor: TensorName, field: String)
  case unknownElementType(path: String, tensor: TensorName, found: String)

  // The tensors against the bytes of the file. Offsets count from the start of the data.

  /// The number of elements or of bytes is not representable.
  case sizeOverflow(path: String, tensor: TensorName, shape: [Int])
  /// The elements, smaller than a byte, do not fill whole bytes.
  case partialByte(path: String, tensor: TensorName, type: ElementType, elements: Int)
  /// A tensor ends before it begins.
  case reversedOffsets(path: String, tensor: TensorName, begin: Int, end: Int)
  /// Bytes before this tensor belong to no tensor.
  case hole(path: String, tensor: TensorName, expected: Int, found: Int)
  /// A tensor begins inside the one before it.
  case overlap(path: String, tensor: TensorName, expected: Int, found: Int)
  /// Type and shape ask for another number of bytes than the offsets.
  case wrongSize(path: String, tensor: TensorName, expected: Int, found: Int)
  /// The file ends inside its tensors.
  case truncated(path: String, expected: Int, found: Int)
  /// The file goes on after its last tensor.
  case trailingBytes(path: String, expected: Int, found: Int)

  // A folder and its index.

  /// The folder holds no checkpoint.
  case noCheckpoint(path: String)
  /// The folder holds several files, and nothing says how they belong together.
  case ambiguous(path: String, found: [String])
  /// There are weights, but as pickles, which may run code when they are loaded.
  case pickle(path: String, found: String)
  /// The index gives a path where a plain file name is expected.
  case invalidShardName(path: String, tensor: TensorName, found: String)
  case missingShard(path: String, shard: String)
  /// The index places a tensor in a shard that does not hold it.
  case notInShard(path: String, tensor: TensorName, shard: String)
  /// A shard holds a tensor that the index does not name.
  case notInIndex(path: String, tensor: TensorName, shard: String)
  case inTwoShards(path: String, tensor: TensorName, first: String, second: String)

  // Writing.

  /// Two tensors, or two entries of the metadata, have one name.
  case duplicateName(path: String, name: String)
  /// The name has a meaning of its own in the format.
  case reservedName(path: String, name: String)
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

extension SafetensorsError: CausedError {
  package var cause: (any Error)? { if case .file(let error) = self { error } else { nil } }
}
