/// What the patterns of pre-tokenizers tell apart: `\p{L}`, `\p{N}`, `\s` and the rest.
enum ScalarClass: Equatable {
  case letter, number, space, other

  /// The class of the scalar that starts at an index, and the scalar's length in bytes.
  @inline(__always)
  static func at(_ index: Int, in text: Span<UInt8>) -> (class: ScalarClass, length: Int) {
    let byte = text[index]
    // Most text is ASCII; the tables of Unicode cost a search.
    if byte < 0x80 { return (ScalarClass(ascii: byte), 1) }
    let (scalar, length) = text.scalar(at: index)
    return (ScalarClass(scalar), length)
  }

  @inline(__always)
  private init(ascii byte: UInt8) {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"):
      self = .letter
    case UInt8(ascii: "0")...UInt8(ascii: "9"): self = .number
    case 0x09...0x0D, 0x20: self = .space
    default: self = .other
    }
  }

  init(_ scalar: Unicode.Scalar) {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
      self = .letter
    case .decimalNumber, .letterNumber, .otherNumber: self = .number
    default: self = scalar.properties.isWhitespace ? .space : .other
    }
  }
}
