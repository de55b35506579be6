/// Metadata keys that relate the parts of a split file.
enum SplitKeys {
  /// Number of the part, counted from 0; u16.
  static let number = "split.no"
  /// Number of parts; u16.
  static let count = "split.count"
  /// Number of tensors in all parts; i32.
  static let tensors = "split.tensors.count"

  static let all = [number, count, tensors]
}
