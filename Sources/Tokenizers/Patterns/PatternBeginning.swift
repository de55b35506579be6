/// Superset of the characters that a part of a pattern can begin with, to rule out most attempts.
struct PatternBeginning: Sendable {
  private var low: UInt64
  private var high: UInt64
  /// Whether it can begin with scalars outside ASCII.
  private var hasOthers: Bool
  private(set) var canBeEmpty: Bool

  static let empty = PatternBeginning(low: 0, high: 0, hasOthers: false, canBeEmpty: true)

  func union(_ other: PatternBeginning) -> PatternBeginning {
    PatternBeginning(
      low: low | other.low, high: high | other.high, hasOthers: hasOthers || other.hasOthers,
      canBeEmpty: canBeEmpty || other.canBeEmpty)
  }

  /// Adds the next part, if everything before it can be empty.
  mutating func append(_ next: PatternBeginning) {
    self = union(next)
    canBeEmpty = next.canBeEmpty
  }

  /// Whether it may match at an index of a text.
  @inline(__always)
  func admits(_ index: Int, in text: Span<UInt8>) -> Bool {
    if canBeEmpty { return true }
    guard index < text.count else { return false }
    let byte = text[index]
    if byte >= 0x80 { return hasOthers }
    return (byte < 64 ? low >> UInt64(byte) : high >> UInt64(byte & 63)) & 1 != 0
  }
}

extension PatternBeginning {
  init(_ set: ScalarSet) {
    self.init(
      low: set.ascii.low, high: set.ascii.high, hasOthers: set.hasOthers, canBeEmpty: false)
  }
}
