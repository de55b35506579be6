/// The rules for names of keys and tensors.
enum GGUFName {
  /// The longest key, in bytes.
  static let keyLimit = 65535
  /// The longest name of a tensor that is read: "at most 64 bytes" by the specification.
  static let readLimit = 64
  /// The longest name of a tensor that is written: the reader in C keeps a byte for its end.
  static let writeLimit = 63

  /// The text of a name; nil where it is empty, holds a NUL, at which readers in C would end it, or is
  /// not UTF-8.
  static func text(of bytes: [UInt8]) -> String? {
    guard !bytes.isEmpty, !bytes.contains(0) else { return nil }
    return String(validating: bytes, as: UTF8.self)
  }
}
