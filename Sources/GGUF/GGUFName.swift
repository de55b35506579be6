/// Rules for the names of keys and tensors.
enum GGUFName {
  /// Longest key, in bytes.
  static let keyLimit = 65535
  /// Longest tensor name accepted by the reader: "at most 64 bytes" in the specification.
  static let readLimit = 64
  /// Longest tensor name accepted by the writer: ggml's reader reserves a byte for the final NUL.
  static let writeLimit = 63

  /// Decodes a name; nil if it is empty, not UTF-8, or contains NUL, which ends it in C readers.
  static func text(of bytes: [UInt8]) -> String? {
    guard !bytes.isEmpty, !bytes.contains(0) else { return nil }
    return String(validating: bytes, as: UTF8.self)
  }
}
