/// Malformed or unsupported part of a pattern.
struct PatternError: Error, Equatable {
  /// Description of the part, with its position.
  let reason: String
}

/// Parser of the regular expressions in `tokenizer.json`, in Oniguruma's syntax for Ruby.
///
/// Supports sets with properties and escapes, groups, choices, repetitions (greedy, lazy and
/// possessive), atomic groups, lookahead and lookbehind, anchors, and the options `i` (ASCII only) and `m`.
struct PatternParser {
  private struct Options {
    var ignoresCase = false
    var dotTakesLineFeeds = false
  }

  static let deepest = 32
  private static let mostRepetitions = 1000
  private static let mostSigns = 4
  private static let longestBehind = 255

  let source: [Unicode.Scalar]
  var index = 0
  private var options = Options()
  var depth = 0

  private init(_ source: String) { self.source = Array(source.unicodeScalars) }

  static func parse(_ source: String) throws(PatternError) -> PatternNode {
    var parser = PatternParser(source)
    let node = try parser.choice()
    guard parser.index == parser.source.count else { throw parser.error("\")\"") }
    return node
  }

  var next: Unicode.Scalar? { index < source.count ? source[index] : nil }

  mutating func take(_ text: String) -> Bool {
    let scalars = Array(text.unicodeScalars)
    guard source[index...].starts(with: scalars) else { return false }
    index += scalars.count
    return true
  }

  mutating func takeAny() throws(PatternError) -> Unicode.Scalar {
    guard let scalar = next else { throw error("an unexpected end") }
    index += 1
    return scalar
  }

  func error(_ what: String) -> PatternError {
    PatternError(reason: "\(what) at character \(index)")
  }

  private mutating func choice() throws(PatternError) -> PatternNode {
    depth += 1
    guard depth <= Self.deepest else { throw error("a group \(depth) levels deep") }
    let outer = options
    var branches = [try sequence()]
    while take("|") { branches.append(try sequence()) }
    options = outer
    depth -= 1
    return branches.count == 1 ? branches[0] : .choice(branches)
  }

  private mutating func sequence() throws(PatternError) -> PatternNode {
    var parts: [PatternNode] = []
    while let scalar = next, scalar != "|", scalar != ")" {
      // An option inside a group applies up to the end of the group, choices included.
      if let changed = try inlineOptions() {
        options = changed
        let rest = try choice()
        return .sequence(parts + [rest])
      }
      let before = index
      let atom = try atom()
      if options.ignoresCase, let last = parts.last {
        try refuseLigature(last, atom, at: before)
      }
      parts.append(try repetitions(of: atom))
    }
    return parts.count == 1 ? parts[0] : .sequence(parts)
  }

  /// Rejects two letters that, ignoring case, also match one character, as ss matches ß.
  private func refuseLigature(
    _ first: PatternNode, _ second: PatternNode, at index: Int
  ) throws(PatternError) {
    guard case .one(let first) = first, case .one(let second) = second else { return }
    for pair in ["ff", "fi", "fl", "st", "ss"] {
      let bytes = Array(pair.utf8)
      if first.contains(ascii: bytes[0]), second.contains(ascii: bytes[1]) {
        throw PatternError(reason: "case-insensitive \"\(pair)\" at character \(index)")
      }
    }
  }

  // MARK: Groups

  private mutating func atom() throws(PatternError) -> PatternNode {
    let scalar = try takeAny()
    switch scalar {
    case "(": return try group()
    case "[": return .one(try cased(try set()))
    case ".":
      return .one(
        options.dotTakesLineFeeds ? ScalarSet().inverted : ScalarSet(ascii: "\n").inverted)
    case "^": return .boundary(.lineStart)
    case "$": return .boundary(.lineEnd)
    case "*", "+", "?":
      index -= 1
      throw error("\"\(scalar)\" with nothing before it")
    case "{":
      index -= 1
      guard try interval() == nil else { throw error("\"{\" with nothing before it") }
      index += 1
      return .one(ScalarSet(scalar.value...scalar.value))
    case "\\":
      if let boundary = boundary() { return .boundary(boundary) }
      let escaped = try escape()
      return .one(try cased(escaped))
    default: return .one(try cased(ScalarSet(scalar.value...scalar.value)))
    }
  }

  private mutating func boundary() -> PatternNode.Boundary? {
    let known: [Unicode.Scalar: PatternNode.Boundary] = [
      "A": .textStart, "z": .textEnd, "Z": .lastLineEnd, "b": .word, "B": .notWord,
    ]
    guard let scalar = next, let boundary = known[scalar] else { return nil }
    index += 1
    return boundary
  }

  private func cased(_ set: ScalarSet) throws(PatternError) -> ScalarSet {
    guard options.ignoresCase else { return set }
    guard let both = set.ignoringCase else {
      throw error("a case-insensitive character outside ASCII")
    }
    return both
  }

  private mutating func group() throws(PatternError) -> PatternNode {
    let outer = options
    let node: PatternNode
    if take("?:") {
      node = try choice()
    } else if take("?=") {
      node = .ahead(try choice(), isNegative: false)
    } else if take("?!") {
      node = .ahead(try choice(), isNegative: true)
    } else if take("?<=") {
      node = try behind(isNegative: false)
    } else if take("?<!") {
      node = try behind(isNegative: true)
    } else if take("?>") {
      node = .atomic(try choice())
    } else if next == "?" {
      guard let changed = try groupOptions() else {
        throw error("the group (\(String(source[index...].prefix(3).map(Character.init)))")
      }
      options = changed
      node = try choice()
    } else {
      node = try choice()
    }
    guard take(")") else { throw error("a group without closing parenthesis") }
    options = outer
    return node
  }

  /// Reads a lookbehind, after its sign.
  private mutating func behind(isNegative: Bool) throws(PatternError) -> PatternNode {
    let body = try choice()
    guard let widths = body.widths, widths.upperBound <= Self.longestBehind else {
      throw error("a lookbehind of more than \(Self.longestBehind) characters")
    }
    return .behind(body, widths, isNegative: isNegative)
  }

  /// Reads the options of `?im:` or `?i-m:`, after the opening parenthesis.
  private mutating func groupOptions() throws(PatternError) -> Options? {
    let start = index
    guard take("?"), let changed = optionLetters(), take(":") else {
      index = start
      return nil
    }
    return changed
  }

  /// Reads the options of `(?i)`, which apply from here on.
  private mutating func inlineOptions() throws(PatternError) -> Options? {
    let start = index
    guard take("(?"), let changed = optionLetters(), take(")") else {
      index = start
      return nil
    }
    return changed
  }

  private mutating func optionLetters() -> Options? {
    var changed = options
    var isSet = true
    let start = index
    while let letter = next {
      switch letter {
      case "i": changed.ignoresCase = isSet
      case "m": changed.dotTakesLineFeeds = isSet
      case "-": isSet = false
      default: return index > start ? changed : nil
      }
      index += 1
    }
    return nil
  }

  // MARK: Repetitions

  private mutating func repetitions(of atom: PatternNode) throws(PatternError) -> PatternNode {
    var node = atom
    for _ in 0..<Self.mostSigns {
      let least: Int
      let most: Int?
      var isInterval = false
      if take("*") {
        (least, most) = (0, nil)
      } else if take("+") {
        (least, most) = (1, nil)
      } else if take("?") {
        (least, most) = (0, 1)
      } else if let interval = try interval() {
        (least, most) = interval
        isInterval = true
      } else {
        return node
      }
      var greed = PatternNode.Greed.greedy
      // In this syntax {n}? is {n} or nothing, and {n,m}+ is {n,m} once or more.
      if !(isInterval && least == most), take("?") {
        greed = .lazy
      } else if !isInterval, take("+") {
        greed = .possessive
      }
      if most == nil, node.canBeEmpty { throw error("a repetition of a possibly empty match") }
      node = .repetition(node, least: least, most: most, greed)
    }
    throw error("a repetition of a repetition of a repetition")
  }

  /// Reads `{n}`, `{n,}`, `{,m}` or `{n,m}`; other braces are literal.
  private mutating func interval() throws(PatternError) -> (Int, Int?)? {
    let start = index
    guard take("{") else { return nil }
    let least = digits()
    var most = least
    if take(",") { most = digits() } else if least == nil { most = nil }
    let isOpen = source[start..<index].contains(",")
    guard take("}"), least != nil || (isOpen && most != nil) else {
      index = start
      return nil
    }
    for bound in [least, most].compactMap(\.self) where bound > Self.mostRepetitions {
      throw error("a repetition of \(bound)")
    }
    if let most, let least, most < least { throw error("a repetition of \(least) to \(most)") }
    return (least ?? 0, most)
  }

  private mutating func digits() -> Int? {
    let start = index
    while let scalar = next, ("0"..."9").contains(scalar) { index += 1 }
    var text = String.UnicodeScalarView()
    text.append(contentsOf: source[start..<index])
    return text.isEmpty ? nil : Int(String(text)) ?? .max
  }
}
