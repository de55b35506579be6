package import ByteIO

/// Failure to read or compose the bytes of a tensor.
package enum TensorError: Error, Equatable, Sendable {
  case file(FileError)
  /// The source holds no tensor of this name.
  case missing(name: String)
  /// A block whose checksum does not match.
  case damaged(path: String, tensor: String, offset: Int, expected: UInt32, found: UInt32)
  /// A block whose checksum matches, but that does not decode to its original bytes.
  case undecodable(path: String, tensor: String, offset: Int)
  /// The bytes are present, but their meaning is unknown.
  case unsupported(path: String, tensor: String, reason: String)
  /// A view cannot compose the tensor; the reason names file and tensor.
  case uncomposable(reason: String)
  /// A value that the type of a view cannot hold.
  case beyondType(tensor: String, type: ElementType)
}

extension TensorError: CausedError {
  package var cause: (any Error)? {
    switch self {
    case .file(let error): error
    default: nil
    }
  }
}

extension TensorError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .file(let error): error.description
    case .missing(let name): "there is no tensor \(name)"
    case .damaged(let path, let tensor, let offset, let expected, let found):
      """
      \(path): damaged: the block of \(tensor) at byte \(offset) has CRC-32 \
      \(String(found, radix: 16)), expected \(String(expected, radix: 16)); fetch the file again
      """
    case .undecodable(let path, let tensor, let offset):
      """
      \(path): malformed: the block of \(tensor) at byte \(offset) does not decode to its original \
      bytes
      """
    case .unsupported(let path, let tensor, let reason):
      "\(path): the tensor \(tensor) cannot be read: \(reason)"
    case .uncomposable(let reason): reason
    case .beyondType(let tensor, let type):
      "\(tensor): has values that \(type.rawValue) cannot hold"
    }
  }
}
