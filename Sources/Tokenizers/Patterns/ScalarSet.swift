/// A set of Unicode scalars, as patterns describe them: categories and ranges, or all others.
struct ScalarSet: Sendable, Equatable {
  /// The members of ASCII, a bit each.
  private(set) var ascii: (low: UInt64, high: UInt64) = (0, 0)
  /// The categories whose members outside ASCII belong to the set.
  private var categories: UInt32 = 0
  /// Members outside ASCII apart from those.
  private var ranges: [ClosedRange<UInt32>] = []
  /// Whether, outside ASCII, all but the above are members.
  private var isInverted = false

  /// The scalars of these categories, a bit each.
  init(categories: UInt32) {
    self.categories = categories
    for byte in 0..<UInt8(0x80)
    where categories >> UInt32(ScalarCategory.number(Unicode.Scalar(byte))) & 1 != 0 {
      insert(ascii: byte)
    }
  }

  init(_ range: ClosedRange<UInt32>) {
    for code in range where code < 0x80 { insert(ascii: UInt8(code)) }
    if range.upperBound >= 0x80 { ranges = [max(range.lowerBound, 0x80)...range.upperBound] }
  }

  /// No scalar.
  init() {}

  init(_ ranges: [ClosedRange<UInt32>]) {
    for range in ranges { formUnion(ScalarSet(range)) }
  }

  /// The scalars outside ASCII of a category.
  init(othersNamed name: String) { categories = ScalarCategory.mask(named: name) ?? 0 }

  /// These characters of ASCII.
  init(ascii characters: String) {
    for byte in characters.utf8 { insert(ascii: byte) }
  }

  static let space: ScalarSet = {
    var set = ScalarSet(categories: ScalarCategory.space)
    for byte in UInt8(0x09)...0x0D { set.insert(ascii: byte) }
    return set
  }()
  /// `\w` of patterns, in which Oniguruma has numbers of Latin-1 as well.
  static let word = ScalarSet(categories: ScalarCategory.word)
    .union(ScalarSet(0xB2...0xB3)).union(ScalarSet(0xB9...0xB9)).union(ScalarSet(0xBC...0xBE))
  /// `\w` of Unicode's Technical Standard 18, annex C: with the two that join.
  static let standardWord = ScalarSet(categories: ScalarCategory.word)
    .union(ScalarSet(0x200C...0x200D))
  static let number = ScalarSet(categories: ScalarCategory.numbers)
  static let decimal = ScalarSet(categories: ScalarCategory.mask(named: "Nd") ?? 0)
  /// What BERT takes for punctuation: also the symbols of ASCII.
  static let punctuation = ScalarSet(categories: ScalarCategory.punctuation)
    .union(ScalarSet(ascii: "$+<=>^`|~"))

  var hasOthers: Bool { isInverted || categories != 0 || !ranges.isEmpty }

  private mutating func insert(ascii byte: UInt8) {
    if byte < 64 { ascii.low |= 1 << UInt64(byte) } else { ascii.high |= 1 << UInt64(byte - 64) }
  }

  @inline(__always)
  func contains(ascii byte: UInt8) -> Bool {
    (byte < 64 ? ascii.low >> UInt64(byte) : ascii.high >> UInt64(byte & 63)) & 1 != 0
  }

  /// Whether a scalar outside ASCII, of a category, is a member.
  @inline(__always)
  func contains(_ scalar: Unicode.Scalar, category: UInt8) -> Bool {
    if categories >> UInt32(category & 31) & 1 != 0 { return !isInverted }
    return ranges.isEmpty ? isInverted : isInRanges(scalar.value) != isInverted
  }

  func contains(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isASCII
      ? contains(ascii: UInt8(scalar.value))
      : contains(scalar, category: ScalarCategory.number(scalar))
  }

  private func isInRanges(_ code: UInt32) -> Bool {
    ranges.contains { $0.contains(code) }
  }

  var inverted: ScalarSet {
    var set = self
    set.ascii = (~ascii.low, ~ascii.high)
    if ranges.isEmpty {
      set.categories = ~categories
    } else {
      set.isInverted.toggle()
    }
    return set
  }

  /// The scalars of both; nil where that cannot be written here.
  func joined(with other: ScalarSet) -> ScalarSet? {
    guard !isInverted, !other.isInverted else { return nil }
    return union(other)
  }

  private func union(_ other: ScalarSet) -> ScalarSet {
    var set = self
    set.formUnion(other)
    return set
  }

  /// Neither set may be one of all but some.
  mutating func formUnion(_ other: ScalarSet) {
    ascii = (ascii.low | other.ascii.low, ascii.high | other.ascii.high)
    categories |= other.categories
    ranges += other.ranges
  }

  /// The set with both cases of its letters, as patterns that ignore case have it; nil where it has
  /// members outside ASCII.
  var ignoringCase: ScalarSet? {
    guard !hasOthers else { return nil }
    var set = self
    for lower in UInt8(ascii: "a")...UInt8(ascii: "z")
    where contains(ascii: lower) || contains(ascii: lower ^ 0x20) {
      set.insert(ascii: lower)
      set.insert(ascii: lower ^ 0x20)
      // The long s and the sign of the kelvin.
      if lower == UInt8(ascii: "s") { set.ranges.append(0x17F...0x17F) }
      if lower == UInt8(ascii: "k") { set.ranges.append(0x212A...0x212A) }
    }
    return set
  }

  static func == (lhs: ScalarSet, rhs: ScalarSet) -> Bool {
    lhs.ascii == rhs.ascii && lhs.categories == rhs.categories && lhs.ranges == rhs.ranges
      && lhs.isInverted == rhs.isInverted
  }
}
