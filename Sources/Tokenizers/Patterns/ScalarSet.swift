/// Set of Unicode scalars: categories and ranges, or all but these.
struct ScalarSet: Sendable, Equatable {
  /// ASCII members, one bit each.
  private(set) var ascii: (low: UInt64, high: UInt64) = (0, 0)
  /// Categories whose scalars outside ASCII are members.
  private var categories: UInt32 = 0
  /// Further members outside ASCII, sorted and disjoint.
  private var ranges: [ClosedRange<UInt32>] = []
  /// Whether, outside ASCII, everything but categories and ranges is a member instead.
  private var isInverted = false

  /// Scalars of these categories, given as a bit mask.
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

  /// Empty set.
  init() {}

  init(_ ranges: [ClosedRange<UInt32>]) {
    for range in ranges where range.lowerBound < 0x80 {
      for code in range.clamped(to: 0...0x7F) { insert(ascii: UInt8(code)) }
    }
    self.ranges =
      ScalarIntervals(
        ranges.filter { $0.upperBound >= 0x80 }.map { max($0.lowerBound, 0x80)...$0.upperBound }
      ).ranges
  }

  private init(ascii: (low: UInt64, high: UInt64), _ intervals: ScalarIntervals) {
    self.ascii = ascii
    ranges = intervals.ranges
  }

  /// Scalars of a category outside ASCII.
  init(othersNamed name: String) { categories = ScalarCategory.mask(named: name) ?? 0 }

  /// ASCII characters of a string.
  init(ascii characters: String) {
    for byte in characters.utf8 { insert(ascii: byte) }
  }

  static let space: ScalarSet = {
    var set = ScalarSet(categories: ScalarCategory.space)
    for byte in UInt8(0x09)...0x0D { set.insert(ascii: byte) }
    return set
  }()
  /// `\w` of patterns, which includes numbers of Latin-1 in Oniguruma.
  static let word = ScalarSet(categories: ScalarCategory.word)
    .union(ScalarSet(0xB2...0xB3)).union(ScalarSet(0xB9...0xB9)).union(ScalarSet(0xBC...0xBE))
  /// `\w` of Unicode Technical Standard 18, annex C, which includes the two joiners.
  static let standardWord = ScalarSet(categories: ScalarCategory.word)
    .union(ScalarSet(0x200C...0x200D))
  static let number = ScalarSet(categories: ScalarCategory.numbers)
  static let decimal = ScalarSet(categories: ScalarCategory.mask(named: "Nd") ?? 0)
  /// Punctuation according to BERT, which includes the symbols of ASCII.
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

  /// Whether a scalar outside ASCII, with its category, is a member.
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
    var (low, high) = (0, ranges.count)
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound < code { low = middle + 1 } else { high = middle }
    }
    return low < ranges.count && ranges[low].lowerBound <= code
  }

  /// Members outside ASCII.
  private var intervals: ScalarIntervals {
    let members = ScalarIntervals(
      ranges
        + ScalarCategory.runs.filter { categories >> UInt32($0.category) & 1 != 0 }.map(\.range))
    return isInverted ? members.complement : members
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

  func union(_ other: ScalarSet) -> ScalarSet {
    var set = self
    set.formUnion(other)
    return set
  }

  func intersection(_ other: ScalarSet) -> ScalarSet {
    let ascii = (self.ascii.low & other.ascii.low, self.ascii.high & other.ascii.high)
    if isPlain, other.isPlain {
      var set = ScalarSet()
      (set.ascii, set.categories) = (ascii, categories & other.categories)
      return set
    }
    return ScalarSet(ascii: ascii, intervals.intersection(other.intervals))
  }

  /// Whether its members outside ASCII are those of categories.
  private var isPlain: Bool { ranges.isEmpty && !isInverted }

  /// Adds the members of a set.
  mutating func formUnion(_ other: ScalarSet) {
    let ascii = (self.ascii.low | other.ascii.low, self.ascii.high | other.ascii.high)
    guard !isInverted, !other.isInverted else {
      self = ScalarSet(ascii: ascii, intervals.union(other.intervals))
      return
    }
    self.ascii = ascii
    categories |= other.categories
    if !other.ranges.isEmpty { ranges = ScalarIntervals(ranges + other.ranges).ranges }
  }

  /// Set with both cases of its letters, for patterns that ignore case.
  ///
  /// Nil if the set has members outside ASCII.
  var ignoringCase: ScalarSet? {
    guard !hasOthers else { return nil }
    var set = self
    for lower in UInt8(ascii: "a")...UInt8(ascii: "z")
    where contains(ascii: lower) || contains(ascii: lower ^ 0x20) {
      set.insert(ascii: lower)
      set.insert(ascii: lower ^ 0x20)
      // The long s and the Kelvin sign.
      if lower == UInt8(ascii: "s") { set.formUnion(ScalarSet(0x17F...0x17F)) }
      if lower == UInt8(ascii: "k") { set.formUnion(ScalarSet(0x212A...0x212A)) }
    }
    return set
  }

  static func == (lhs: ScalarSet, rhs: ScalarSet) -> Bool {
    lhs.ascii == rhs.ascii && lhs.categories == rhs.categories && lhs.ranges == rhs.ranges
      && lhs.isInverted == rhs.isInverted
  }
}
