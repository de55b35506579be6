extension PreTokenizer {
  /// Far more steps than any tokenizer in use has; each takes time for the whole text.
  private static let mostSteps = 64
  /// The same of steps with a pattern, which may look at each byte many times.
  private static let mostPatterns = 16

  init(_ node: JSONNode) throws(TokenizerError) {
    steps = try Self.steps(node, after: [])
    guard steps.count <= Self.mostSteps else {
      throw .unsupported(path: node.path, found: "a pre-tokenizer of \(steps.count) steps")
    }
    let patterns = steps.count { if case .split(.pattern, _, _) = $0 { true } else { false } }
    guard patterns <= Self.mostPatterns else {
      throw .unsupported(path: node.path, found: "a pre-tokenizer of \(patterns) patterns")
    }
  }

  private static func steps(
    _ node: JSONNode, after before: [Step]
  ) throws(TokenizerError) -> [Step] {
    let type = try node.type()
    if type == "Sequence" {
      var all = before
      for element in try node.required("pretokenizers").elements() {
        all = try steps(element, after: all)
      }
      return all
    }
    guard !PreTokenizer(steps: before).isByteLevel else {
      return before + [try byteStep(node, type)]
    }
    return try before + steps(node, type)
  }

  private static func steps(_ node: JSONNode, _ type: String) throws(TokenizerError) -> [Step] {
    switch type {
    case "ByteLevel":
      return [
        .byteLevel(
          addsPrefixSpace: try node.required("add_prefix_space").bool(),
          splits: try node.flag("use_regex", default: true))
      ]
    case "Digits":
      let individual = try node.flag("individual_digits", default: false)
      return [.split(.scalars(.number), individual ? .isolated : .contiguous, inverts: false)]
    case "Punctuation":
      let behavior = try node.optional("behavior").map(behavior)
      return [.split(.scalars(.punctuation), behavior ?? .isolated, inverts: false)]
    case "BertPreTokenizer": return bert
    case "Whitespace": return [.split(KnownPattern.words, .removed, inverts: true)]
    case "WhitespaceSplit": return [.split(.scalars(.space), .removed, inverts: false)]
    case "CharDelimiterSplit":
      return [
        .split(.text(try character(node.required("delimiter"))), .removed, inverts: false)
      ]
    case "Split":
      return [
        .split(
          try SplitPattern(node), try behavior(node.required("behavior")),
          inverts: try node.flag("invert", default: false))
      ]
    case "Metaspace": return [try metaspace(node)]
    default: throw .unsupported(path: node.path, found: "the pre-tokenizer \"\(type)\"")
    }
  }

  static let bert: [Step] = [
    .split(.scalars(.space), .removed, inverts: false),
    .split(.scalars(.punctuation), .isolated, inverts: false),
  ]

  /// Step after ByteLevel, whose input is characters that represent bytes.
  private static func byteStep(_ node: JSONNode, _ type: String) throws(TokenizerError) -> Step {
    guard type == "Digits" else {
      throw .unsupported(path: node.path, found: "\"\(type)\" after ByteLevel")
    }
    return .byteDigits(individual: try node.flag("individual_digits", default: false))
  }

  private static func metaspace(_ node: JSONNode) throws(TokenizerError) -> Step {
    var prefix = MetaspacePrefix.always
    if let scheme = try node.optional("prepend_scheme") {
      let name = try scheme.string()
      guard let known = MetaspacePrefix(rawValue: name) else {
        throw .unsupported(path: scheme.path, found: "\"\(name)\"")
      }
      prefix = known
    }
    // Older form of `prepend_scheme: never`.
    if try !node.flag("add_prefix_space", default: true) { prefix = .never }
    return .metaspace(
      replacement: try character(node.required("replacement")), prepends: prefix,
      splits: try node.flag("split", default: true))
  }

  private static func character(_ node: JSONNode) throws(TokenizerError) -> [UInt8] {
    let content = try node.string()
    guard content.unicodeScalars.count == 1 else { throw node.wrongType("one character") }
    return Array(content.utf8)
  }

  private static func behavior(
    _ node: JSONNode
  ) throws(TokenizerError) -> SplitPattern.Behavior {
    let name = try node.string()
    guard let known = SplitPattern.Behavior(rawValue: name) else {
      throw .unsupported(path: node.path, found: "\"\(name)\"")
    }
    return known
  }
}
