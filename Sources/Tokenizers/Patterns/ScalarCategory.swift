/// Unicode general categories by number, so that a set of them is a bit mask.
///
/// U+0085 and alphabetic symbols have numbers of their own, so that white space and word characters
/// are sets of categories too.
enum ScalarCategory {
  static let letters = mask([
    .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
  ])
  static let marks = mask([.nonspacingMark, .spacingMark, .enclosingMark])
  static let numbers = mask([.decimalNumber, .letterNumber, .otherNumber])
  static let punctuation = mask([
    .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
    .initialPunctuation, .finalPunctuation, .otherPunctuation,
  ])
  static let symbols = mask([.mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol])
  static let separators = mask([.spaceSeparator, .lineSeparator, .paragraphSeparator])
  static let others = mask([.control, .format, .surrogate, .privateUse, .unassigned])
  /// White space, except for control characters of ASCII.
  static let space = separators | 1 << nextLine
  /// `\w`.
  static let word =
    letters | marks | mask([.decimalNumber, .letterNumber, .connectorPunctuation])
    | 1 << letterLikeSymbol

  /// Mask of a category by its name in patterns, such as `L` or `Lu`.
  static func mask(named name: String) -> UInt32? {
    switch name {
    case "L": letters
    case "M": marks
    case "N": numbers
    case "P": punctuation
    case "S": symbols
    case "Z": separators
    case "C": others
    default: names.firstIndex(of: name).map { mask([general[$0]]) } ?? mask(longName: name)
    }
  }

  /// Mask of a category by its long name, such as `Letter` or `Uppercase_Letter`.
  private static func mask(longName name: String) -> UInt32? {
    switch Script.folded(name) {
    case "letter": letters
    case "mark", "combiningmark": marks
    case "number": numbers
    case "punctuation", "punct": punctuation
    case "symbol": symbols
    case "separator": separators
    case "other": others
    case let folded: longNames.firstIndex(of: folded).map { mask([general[$0]]) }
    }
  }

  /// Category numbers of the first two planes, which contain most scalars in use.
  static let table: [UInt8] = (0..<0x20000).map { code in
    Unicode.Scalar(code).map { number($0) } ?? UInt8(truncatingIfNeeded: nextLine)
  }

  /// Runs of scalars outside ASCII with one category, in order.
  static let runs: [(range: ClosedRange<UInt32>, category: UInt8)] = {
    var runs: [(range: ClosedRange<UInt32>, category: UInt8)] = []
    for code in UInt32(0x80)...0x10FFFF {
      guard let scalar = Unicode.Scalar(code) else { continue }
      let category = code < 0x20000 ? table[Int(code)] : number(scalar)
      if let last = runs.last, last.category == category, last.range.upperBound + 1 == code {
        runs[runs.count - 1].range = last.range.lowerBound...code
      } else {
        runs.append((code...code, category))
      }
    }
    return runs
  }()

  static func number(_ scalar: Unicode.Scalar) -> UInt8 {
    if scalar == "\u{85}" { return UInt8(nextLine) }
    let category = scalar.properties.generalCategory
    if category == .otherSymbol, scalar.properties.isAlphabetic { return UInt8(letterLikeSymbol) }
    return UInt8(number(of: category))
  }

  private static let nextLine = 30
  private static let letterLikeSymbol = 31

  private static let general: [Unicode.GeneralCategory] = [
    .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
    .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .letterNumber, .otherNumber,
    .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
    .initialPunctuation, .finalPunctuation, .otherPunctuation, .mathSymbol, .currencySymbol,
    .modifierSymbol, .otherSymbol, .spaceSeparator, .lineSeparator, .paragraphSeparator, .control,
    .format, .surrogate, .privateUse, .unassigned,
  ]
  private static let names = [
    "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe", "Pi",
    "Pf", "Po", "Sm", "Sc", "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Cn",
  ]

  /// Long names of ``general``, folded.
  private static let longNames = [
    "uppercaseletter", "lowercaseletter", "titlecaseletter", "modifierletter", "otherletter",
    "nonspacingmark", "spacingmark", "enclosingmark", "decimalnumber", "letternumber",
    "othernumber", "connectorpunctuation", "dashpunctuation", "openpunctuation",
    "closepunctuation", "initialpunctuation", "finalpunctuation", "otherpunctuation",
    "mathsymbol", "currencysymbol", "modifiersymbol", "othersymbol", "spaceseparator",
    "lineseparator", "paragraphseparator", "control", "format", "surrogate", "privateuse",
    "unassigned",
  ]

  private static func number(of category: Unicode.GeneralCategory) -> Int {
    general.firstIndex(of: category) ?? general.count - 1
  }

  private static func mask(_ categories: [Unicode.GeneralCategory]) -> UInt32 {
    categories.reduce(0) { mask, category in
      switch category {
      case .control: mask | 1 << number(of: category) | 1 << nextLine
      case .otherSymbol: mask | 1 << number(of: category) | 1 << letterLikeSymbol
      default: mask | 1 << number(of: category)
      }
    }
  }
}
