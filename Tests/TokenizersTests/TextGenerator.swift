import TestSupport
import Tokenizers

/// Deterministic random texts of input that is hard for tokenizers.
struct TextGenerator {
  private var numbers: RandomNumbers
  private let unicodeVersion: Int

  /// Generates texts of the characters of this Unicode version.
  init(seed: UInt64, unicodeVersion: Int = Self.unicodeVersionOfClasses) {
    numbers = RandomNumbers(seed: seed)
    self.unicodeVersion = unicodeVersion
  }

  /// Minimum Unicode version of the peer's patterns; its tables are older than ours.
  static let unicodeVersionOfClasses = 16
  /// Unicode version of the peer's normalisation, which does not reorder later marks.
  static let unicodeVersionOfNormalization = 9

  /// Unicode version of the peer's tables of accents and punctuation for BERT.
  static let unicodeVersionOfProperties = 8
  /// Characters whose properties changed after those versions.
  private static let changed: Set<UInt32> = [
    0x166D, 0x1734, 0x1885, 0x1886, 0x1CF2, 0x1CF3, 0xA9BD, 0x111C9, 0x1171E,
  ]

  /// Texts with every scalar of a version inside a word, alone, and between digits.
  ///
  /// Private-use scalars are left out: they would double the number, and all behave alike.
  static func everyScalar(unicodeVersion: Int) -> [String] {
    let scalars = (0...UInt32(0x10FFFF)).compactMap(Unicode.Scalar.init).filter {
      $0.properties.generalCategory != .privateUse && isAssigned($0, unicodeVersion)
    }
    return stride(from: 0, to: scalars.count, by: 32).map { start in
      scalars[start..<min(start + 32, scalars.count)].map { "a\($0)b \($0) 1\($0)2\u{323}" }
        .joined()
    }
  }

  private static func isAssigned(_ scalar: Unicode.Scalar, _ unicodeVersion: Int) -> Bool {
    guard let age = scalar.properties.age, age.major <= unicodeVersion else { return false }
    return unicodeVersion > unicodeVersionOfNormalization || !changed.contains(scalar.value)
  }

  /// A text of a few pieces; sometimes empty.
  mutating func text() -> String {
    var scalars = String.UnicodeScalarView()
    for _ in 0..<below(30) { scalars.append(contentsOf: piece()) }
    return String(scalars)
  }

  /// Changes, removes or repeats a few bytes, like accidental or deliberate damage.
  mutating func damage(_ bytes: inout [UInt8]) {
    let start = below(bytes.count)
    let range = start..<min(start + 1 + below(8), bytes.count)
    switch below(4) {
    case 0: bytes[start] = UInt8(truncatingIfNeeded: numbers.next())
    case 1: bytes[start] = pick(Array("0123456789{}[]\",:-. aб".utf8))
    case 2: bytes.removeSubrange(range)
    default: bytes.insert(contentsOf: bytes[range], at: start)
    }
  }

  /// Damages a token, its type or its score.
  mutating func damage(_ file: inout GGUFVocabulary) {
    let id = below(file.tokens.count)
    switch below(5) {
    case 0 where !file.tokens[id].isEmpty: damage(&file.tokens[id])
    case 1: file.tokens[id] = pick(file.tokens)
    case 2: file.types?[id] = 1 + below(6)
    case 3: file.scores?[id] = Float(below(4))
    default: file.tokens[id] = []
    }
  }

  private mutating func below(_ bound: Int) -> Int { Int(numbers.next() % UInt64(bound)) }

  private mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[below(elements.count)]
  }

  private mutating func piece() -> [Unicode.Scalar] {
    switch below(10) {
    case 0: Array(pick(Self.words).unicodeScalars)
    case 1: Array(repeating: pick(Self.spaces), count: 1 + below(4))
    case 2: [" "] + Array(pick(Self.words).unicodeScalars)
    case 3: [pick(Self.controls)]
    case 4: [scalar(in: 0...0x10FFFF)]
    case 5: Array(pick(Self.lookalikes).unicodeScalars)
    default: run()
    }
  }

  /// A few scalars of one script.
  private mutating func run() -> [Unicode.Scalar] {
    let range = pick(Self.scripts)
    return (0...below(6)).map { _ in scalar(in: range) }
  }

  private mutating func scalar(in range: ClosedRange<UInt32>) -> Unicode.Scalar {
    while true {
      let code = range.lowerBound + UInt32(below(range.count))
      if let scalar = Unicode.Scalar(code), Self.isAssigned(scalar, unicodeVersion) {
        return scalar
      }
    }
  }

  private static let words = [
    "the", "'s", "'t", "'re", "'ve", "'m", "'ll", "'d", "'S", "'x", "\u{2019}s", "don't", "we'll",
    "''s", "and", "there", "ing", "ingot", "ingots", "walking", "12345", "3.14", "x2y", "²³¼",
    "café", "cafe\u{301}", "CAFÉ", "Straße", "straße", "e\u{301}\u{323}", "한국어", "\u{1100}\u{1161}",
    "👩‍👩‍👧‍👦", "👍🏽", "🇩🇪", "\u{FB01}n", "Unreachable", "qqqq", "zq", "İstanbul", "ΣΊΣΥΦΟΣ",
    "this is the thing", "\u{0344}", "\u{212B}", "\u{0958}", "\u{1D15E}", "_", "...", "!?", "\r\n",
  ]
  private static let lookalikes = [
    "<s>", "</s>", "<s", "</s", "<<s>>", "< s>", "<|end|>", "<|end|>x", "  <|end|>  ", "<left>",
    " \u{2003}<left> ", "<right>", "<right> \t\n", "<both>", "\u{3000}<both>\u{A0}", "<word>",
    "a<word>", "<word>\u{301}", " <word> ", "<é>", "<e\u{301}>", "<left><right><both>", "   ",
    "\u{2581}", "\u{2581}the", " \u{2581} ", "<0x0A>", "<0x", "<user>", " <user> ", "<unk>", "été",
  ]
  private static let spaces: [Unicode.Scalar] = [
    " ", " ", " ", "\t", "\n", "\r", "\u{0B}", "\u{0C}", "\u{85}", "\u{A0}", "\u{1680}",
    "\u{2000}", "\u{2009}", "\u{2028}", "\u{2029}", "\u{202F}", "\u{205F}", "\u{3000}",
  ]
  private static let controls: [Unicode.Scalar] = [
    "\u{0}", "\u{1}", "\u{1C}", "\u{1F}", "\u{7F}", "\u{80}", "\u{AD}", "\u{180E}", "\u{200B}",
    "\u{200D}", "\u{200E}", "\u{2060}", "\u{FE0F}", "\u{FEFF}", "\u{FFFD}", "\u{E0001}",
  ]
  private static let scripts: [ClosedRange<UInt32>] = [
    0x20...0x7E, 0x41...0x7A, 0x30...0x39, 0xA0...0xFF, 0x100...0x24F, 0x300...0x36F,
    0x370...0x3FF, 0x400...0x52F, 0x590...0x5FF, 0x600...0x6FF, 0x900...0x97F, 0xE00...0xE7F,
    0xF00...0xFFF, 0x1100...0x11FF, 0x1E00...0x1FFF, 0x2000...0x206F, 0x2070...0x209F,
    0x2100...0x218F, 0x2460...0x24FF, 0x3040...0x30FF, 0x3400...0x9FFF, 0xAC00...0xD7A3,
    0xF900...0xFAFF, 0x10140...0x1018E, 0x1D400...0x1D7FF, 0x1F300...0x1FAFF, 0x20000...0x2FA1D,
  ]
}
