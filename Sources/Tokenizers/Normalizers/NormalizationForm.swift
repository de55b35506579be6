// Normalisation of the standard library, used by its string comparison. It is not public yet, and
// Foundation would bring in ICU, which nothing else here needs.
@_spi(_Unicode) import Swift

/// Unicode normalisation form, by its name in files.
enum NormalizationForm: String, Sendable {
  case nfc = "NFC"
  case nfd = "NFD"
  case nfkc = "NFKC"
  case nfkd = "NFKD"

  func normalize(_ text: [UInt8]) -> [UInt8] {
    guard text.contains(where: { $0 >= 0x80 }) else { return text }
    let scalars = String(decoding: text, as: UTF8.self).unicodeScalars
    return switch self {
    case .nfc: Self.bytes(Self.ordered(scalars)._nfc)
    case .nfd: Self.bytes(Self.ordered(scalars)._nfd)
    case .nfkc: Self.bytes(Self.ordered(Compatibility.replaced(scalars))._nfc)
    case .nfkd: Self.bytes(Self.ordered(Compatibility.replaced(scalars))._nfd)
    }
  }

  /// Text with its marks in canonical order, in which the standard library puts many of them in
  /// quadratic time.
  ///
  /// Three characters that count as starters, unlike the parts they decompose to, are decomposed:
  /// Swift 6.3 would not put those parts into order.
  private static func ordered(_ text: some Sequence<Unicode.Scalar>) -> String {
    var ordered = String.UnicodeScalarView()
    var marks: [(scalar: Unicode.Scalar, order: UInt64)] = []
    func finish(_ ordered: inout String.UnicodeScalarView) {
      if marks.count > 1 { marks.sort { $0.order < $1.order } }
      for mark in marks { ordered.append(mark.scalar) }
      marks.removeAll(keepingCapacity: true)
    }
    func add(_ scalar: Unicode.Scalar, _ ordered: inout String.UnicodeScalarView) {
      let order = scalar.properties.canonicalCombiningClass.rawValue
      if order == 0 {
        finish(&ordered)
        ordered.append(scalar)
      } else {
        marks.append((scalar, UInt64(order) << 56 | UInt64(marks.count)))
      }
    }
    for scalar in text {
      switch scalar {
      case "\u{F73}":
        for part: Unicode.Scalar in ["\u{F71}", "\u{F72}"] { add(part, &ordered) }
      case "\u{F75}":
        for part: Unicode.Scalar in ["\u{F71}", "\u{F74}"] { add(part, &ordered) }
      case "\u{F81}":
        for part: Unicode.Scalar in ["\u{F71}", "\u{F80}"] { add(part, &ordered) }
      default: add(scalar, &ordered)
      }
    }
    finish(&ordered)
    return String(ordered)
  }

  private static func bytes(_ scalars: some Sequence<Unicode.Scalar>) -> [UInt8] {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return Array(String(view).utf8)
  }
}
