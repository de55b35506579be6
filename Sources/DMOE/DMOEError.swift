package import ByteIO
package import JSON
package import Tensors

/// Reason why a file is not a usable `.dmoe` (`formats/dmoe.md`, section 10).
package enum DMOEError: Error, Equatable, Sendable {
  case file(FileError)
  case tensor(TensorError)
  /// The first bytes are not `DMOE`.
  case notContainer(path: String)
  /// The version of the format is unknown.
  case unknownVersion(path: String, found: UInt32)
  /// The file requires an unknown feature.
  case unknownFeature(path: String, feature: String)
  /// A field of the preamble breaks a rule.
  case preamble(path: String, field: String, offset: Int, expected: String, found: String)
  /// Preamble or directory do not match their checksum.
  case checksum(path: String, part: String, expected: UInt32, found: UInt32)
  /// The directory is not JSON.
  case directoryText(path: String, JSONError)
  /// A field of the directory breaks a rule.
  case directory(path: String, JSONFieldError)
  /// The file ends within a section.
  case cutInside(path: String, section: String, length: Int, wholeLength: Int)
  /// The file continues after the last section.
  case trailingBytes(path: String, expected: Int, found: Int)
  /// Padding bytes between tensors are not zero.
  case padding(path: String, offset: Int)
  /// The permutation of a layer has a duplicate index, or one out of range.
  case permutation(path: String, layer: Int, rank: Int, index: Int)
  /// The file was cut, and the operation needs all experts.
  case incomplete(path: String, expertsHeld: Int, experts: Int)
  /// The file is a part, and the operation needs the whole dense model.
  case part(path: String)
}

extension DMOEError: CausedError {
  package var cause: (any Error)? {
    switch self {
    case .file(let error): error
    case .tensor(let error): error
    default: nil
    }
  }
}

extension DMOEError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .file(let error): error.description
    case .tensor(let error): error.description
    case .notContainer(let path): "\(path): not a .dmoe file: it does not begin with \"DMOE\""
    case .unknownVersion(let path, let found):
      "\(path): version \(found) of the format; this program reads version 1: use a newer one"
    case .unknownFeature(let path, let feature):
      "\(path): needs the feature \"\(feature)\", which this program does not know: use a newer one"
    case .preamble(let path, let field, let offset, let expected, let found):
      "\(path): preamble, byte \(offset): \(field): expected \(expected), found \(found)"
    case .checksum(let path, let part, let expected, let found):
      """
      \(path): damaged: the \(part) has CRC-32 \(String(found, radix: 16)), \
      expected \(String(expected, radix: 16)); fetch the file again
      """
    case .directoryText(let path, let error): "\(path): directory: \(error)"
    case .directory(let path, let error): "\(path): directory: \(error)"
    case .cutInside(let path, let section, let length, let wholeLength):
      """
      \(path): cut inside \(section) at byte \(length); the longest valid prefix has \
      \(wholeLength) bytes
      """
    case .trailingBytes(let path, let expected, let found):
      "\(path): expected \(expected) bytes, found \(found): extra bytes follow the last section"
    case .padding(let path, let offset):
      "\(path): damaged: the padding at byte \(offset) is not zero; fetch the file again"
    case .permutation(let path, let layer, let rank, let index):
      """
      \(path): permutation of layer \(layer): the index \(index) at rank \(rank) is out of range \
      or occurs twice
      """
    case .incomplete(let path, let held, let experts):
      """
      \(path): holds experts 0…\(held - 1) of \(experts); this needs all of them: fetch the whole \
      file
      """
    case .part(let path):
      """
      \(path): holds only the smaller experts of a model; this needs all of them: use the file \
      that it was exported from
      """
    }
  }
}
