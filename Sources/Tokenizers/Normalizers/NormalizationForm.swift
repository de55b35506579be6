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
    let string = String(decoding: text, as: UTF8.self)
    return switch self {
    case .nfc: Self.bytes(Self.orderable(string.unicodeScalars)._nfc)
    case .nfd: Self.bytes(Self.orderable(string.unicodeScalars)._nfd)
    case .nfkc: Self.bytes(Self.orderable(Compatibility.replaced(string.unicodeScalars))._nfc)
    case .nfkd: Self.bytes(Self.orderable(Compatibility.replaced(string.unicodeScalars))._nfd)
    }
  }

  /// Decomposes three characters that count as starters, unlike the parts they decompose to.
  ///
  /// Swift 6.3 would not put those parts into canonical order.
  private static func orderable(_ text: String.UnicodeScalarView) -> String {
    var scalars = String.UnicodeScalarView()
    for scalar in text {
      switch scalar {
      case "\u{F73}": scalars.append(contentsOf: ["\u{F71}", "\u{F72}"])
      case "\u{F75}": scalars.append(contentsOf: ["\u{F71}", "\u{F74}"])
      case "\u{F81}": scalars.append(contentsOf: ["\u{F71}", "\u{F80}"])
      default: scalars.append(scalar)
      }
    }
    return String(scalars)
  }

  private static func bytes(_ scalars: some Sequence<Unicode.Scalar>) -> [UInt8] {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return Array(String(view).utf8)
  }
}
