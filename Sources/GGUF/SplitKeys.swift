/// The keys by which the parts of a split file know each other.
enum SplitKeys {
  /// The number of the part, counted from 0; u16.
  static let number = "split.no"
  /// How many parts there are; u16.
  static let count = "split.count"
  /// How many tensors all parts hold; i32.
  static let tensors = "split.tensors.count"

  static let all = [number, count, tensors]
}
