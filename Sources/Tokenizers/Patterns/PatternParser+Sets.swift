/// Sets of scalars, in brackets or after a backslash.
extension PatternParser {
  /// Reads a set in brackets, after the opening bracket.
  mutating func set() throws(PatternError) -> ScalarSet {
    let isInverted = take("^")
    var union = ScalarSet()
    // Sets before `&&`, of which only the common members count.
    var common: ScalarSet?
    var isFirst = true
    while true {
      guard let scalar = next else { throw error("a set without closing bracket") }
      if scalar == "]", !isFirst {
        index += 1
        let whole = common.map { $0.intersection(union) } ?? union
        return isInverted ? whole.inverted : whole
      }
      if !isFirst, take("&&") {
        guard next != "]", !source[index...].starts(with: ["&", "&"]) else {
          throw error("\"&&\" without a set after it")
        }
        common = common.map { $0.intersection(union) } ?? union
        union = ScalarSet()
        continue
      }
      guard scalar != "]", !source[index...].starts(with: ["&", "&"]),
        !source[index...].starts(with: ["[", ":"])
      else { throw error("\"\(scalar)\" in a set") }
      isFirst = false
      if take("[") {
        depth += 1
        guard depth <= Self.deepest else { throw error("a set \(depth) levels deep") }
        union.formUnion(try set())
        depth -= 1
      } else {
        let member = try member()
        union.formUnion(try range(from: member) ?? member.set)
      }
    }
  }

  /// Reads a member of a set: one scalar, or a set of its own.
  private mutating func member() throws(PatternError) -> (scalar: Unicode.Scalar?, set: ScalarSet) {
    var scalar: Unicode.Scalar? = try takeAny()
    if scalar == "\\" {
      scalar = try escapedScalar()
      guard scalar != nil else { return (nil, try escape()) }
    }
    let code = scalar?.value ?? 0
    return (scalar, ScalarSet(code...code))
  }

  private mutating func range(
    from first: (scalar: Unicode.Scalar?, set: ScalarSet)
  ) throws(PatternError) -> ScalarSet? {
    // A hyphen at the end is literal.
    guard let lower = first.scalar, next == "-", index + 1 < source.count, source[index + 1] != "]"
    else { return nil }
    index += 1
    guard let upper = try member().scalar, lower <= upper else { throw error("a range") }
    return ScalarSet(lower.value...upper.value)
  }

  /// Reads an escape, after the backslash.
  mutating func escape() throws(PatternError) -> ScalarSet {
    if let scalar = try escapedScalar() { return ScalarSet(scalar.value...scalar.value) }
    let letter = try takeAny()
    switch letter {
    case "s": return .space
    case "S": return .space.inverted
    case "d": return .decimal
    case "D": return .decimal.inverted
    case "w": return .word
    case "W": return .word.inverted
    case "h": return ScalarSet(ascii: "0123456789abcdefABCDEF")
    case "p": return try property(isInverted: false)
    case "P": return try property(isInverted: true)
    default:
      index -= 1
      throw error("\"\\\(letter)\"")
    }
  }

  /// Reads an escaped scalar, after the backslash; nil if the escape is a set.
  private mutating func escapedScalar() throws(PatternError) -> Unicode.Scalar? {
    guard let letter = next else { throw error("an unexpected end") }
    let known: [Unicode.Scalar: Unicode.Scalar] = [
      "n": "\n", "r": "\r", "t": "\t", "f": "\u{C}", "v": "\u{B}", "a": "\u{7}", "e": "\u{1B}",
    ]
    if let scalar = known[letter] {
      index += 1
      return scalar
    }
    if take("x") { return try take("{") ? hexadecimal(1...8, closing: true) : hexadecimal(1...2) }
    if take("u") { return try hexadecimal(4...4) }
    guard !letter.properties.isAlphabetic, !("0"..."9").contains(letter) else { return nil }
    index += 1
    return letter
  }

  private mutating func hexadecimal(
    _ counts: ClosedRange<Int>, closing: Bool = false
  ) throws(PatternError) -> Unicode.Scalar {
    var code: UInt32 = 0
    var count = 0
    while count < counts.upperBound, let digit = next, digit.isASCII,
      let value = Character(digit).hexDigitValue
    {
      code = code << 4 | UInt32(value)
      count += 1
      index += 1
    }
    guard count >= counts.lowerBound, !closing || take("}"), let scalar = Unicode.Scalar(code)
    else { throw error("this character number") }
    return scalar
  }

  /// Reads the name of a property: `{L}`, `{^L}`, `{Lu}` or `{Han}`.
  private mutating func property(isInverted: Bool) throws(PatternError) -> ScalarSet {
    let start = index
    guard take("{"), let end = source[index...].firstIndex(of: "}") else {
      throw error("a property without braces")
    }
    let inverts = take("^") != isInverted
    var name = String.UnicodeScalarView()
    name.append(contentsOf: source[index..<end])
    let category = ScalarCategory.mask(named: String(name)).map(ScalarSet.init(categories:))
    guard let set = category ?? Script.scalars(named: String(name)) else {
      index = start
      throw error("the property \\p{\(name)}")
    }
    index = end + 1
    return inverts ? set.inverted : set
  }
}
