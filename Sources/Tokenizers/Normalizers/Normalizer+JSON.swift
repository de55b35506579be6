extension Normalizer {
  /// Far more steps than any normaliser in use has; each takes time for the whole text.
  private static let mostSteps = 64
  /// The same of steps with a pattern, which may look at each byte many times.
  private static let mostPatterns = 16

  /// Reads a normaliser, with a limit on its steps.
  static func bounded(_ node: JSONNode) throws(TokenizerError) -> Normalizer {
    let normalizer = try Normalizer(node)
    let count = normalizer.steps.count
    guard count <= mostSteps else {
      throw .unsupported(path: node.path, found: "a normalizer of \(count) steps")
    }
    let patterns = normalizer.steps.count { step in
      if case .replace(.pattern, _) = step { true } else { false }
    }
    guard patterns <= mostPatterns else {
      throw .unsupported(path: node.path, found: "a normalizer of \(patterns) patterns")
    }
    return normalizer
  }

  /// Steps, without nesting.
  var steps: [Normalizer] {
    if case .sequence(let steps) = self { steps.flatMap(\.steps) } else { [self] }
  }

  init(_ node: JSONNode) throws(TokenizerError) {
    let type = try node.type()
    if let form = NormalizationForm(rawValue: type) {
      self = .form(form)
      return
    }
    switch type {
    case "Lowercase": self = .lowercase
    case "StripAccents": self = .drop(ScalarSet(categories: ScalarCategory.marks))
    case "Strip":
      self = .strip(
        left: try node.flag("strip_left", default: false),
        right: try node.flag("strip_right", default: false))
    case "Prepend": self = .prepend(Array(try node.required("prepend").string().utf8))
    case "Replace": self = try Self.replacement(node)
    case "BertNormalizer": self = try Self.bert(node)
    case "Nmt": self = .sequence([.drop(Self.nmtDropped), .blank(Self.nmtSpaces)])
    case "Precompiled":
      self = .precompiled(try PrecompiledNormalizer(node.required("precompiled_charsmap")))
    case "Sequence":
      var normalizers: [Normalizer] = []
      for element in try node.required("normalizers").elements() {
        normalizers.append(try Normalizer(element))
      }
      self = .sequence(normalizers)
    default: throw .unsupported(path: node.path, found: "the normalizer \"\(type)\"")
    }
  }

  private static func replacement(_ node: JSONNode) throws(TokenizerError) -> Normalizer {
    let pattern = try SplitPattern(node)
    let content = try node.required("content")
    let text = try content.string()
    if case .pattern = pattern, text.contains("$") {
      throw .unsupported(path: content.path, found: "\"\(text)\", a reference to a group,")
    }
    return .replace(pattern, with: Array(text.utf8))
  }

  private static func bert(_ node: JSONNode) throws(TokenizerError) -> Normalizer {
    let lowercases = try node.flag("lowercase", default: true)
    return bert(
      cleans: try node.flag("clean_text", default: true),
      isolatesChinese: try node.flag("handle_chinese_chars", default: true),
      stripsAccents: try node.flag("strip_accents", default: lowercases), lowercases: lowercases)
  }

  static func bert(
    cleans: Bool, isolatesChinese: Bool, stripsAccents: Bool, lowercases: Bool
  ) -> Normalizer {
    var steps: [Normalizer] = []
    if cleans { steps += [.drop(controls), .blank(.space)] }
    if isolatesChinese { steps.append(.isolate(chinese)) }
    if stripsAccents {
      let accents = ScalarSet(categories: ScalarCategory.mask(named: "Mn") ?? 0)
      steps += [.form(.nfd), .drop(accents)]
    }
    if lowercases { steps.append(.lowercase) }
    return .sequence(steps)
  }

  /// Characters that BERT drops: controls except tabs and line ends, and U+FFFD.
  private static let controls: ScalarSet = {
    var set = ScalarSet([0...0x8, 0xB...0xC, 0xE...0x1F, 0x7F...0x7F, 0xFFFD...0xFFFD])
    for name in ["Cc", "Cf", "Co"] { set.formUnion(ScalarSet(othersNamed: name)) }
    return set
  }()

  /// Ideographs that BERT treats as words, with the ranges of `tokenizers`.
  private static let chinese = ScalarSet([
    0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x2A6DF, 0x2A700...0x2B81F,
    0x2B920...0x2CEAF, 0x2F800...0x2FA1F,
  ])

  private static let nmtDropped = ScalarSet([
    0x1...0x8, 0xB...0xB, 0xE...0x1F, 0x7F...0x7F, 0x8F...0x8F, 0x9F...0x9F,
  ])
  private static let nmtSpaces = ScalarSet([
    0x9...0xA, 0xC...0xD, 0x1680...0x1680, 0x200B...0x200F, 0x2028...0x2029, 0x2581...0x2581,
    0xFEFF...0xFEFF, 0xFFFD...0xFFFD,
  ])
}
