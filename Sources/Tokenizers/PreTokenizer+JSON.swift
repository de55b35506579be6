extension PreTokenizer {
  init(_ node: JSONNode) throws(TokenizerError) { steps = try Self.steps(node, after: []) }

  private static func steps(
    _ node: JSONNode, after before: [Step]
  ) throws(TokenizerError) -> [Step] {
    let atByteLevel = PreTokenizer(steps: before).isByteLevel
    let type = try node.type()
    switch type {
    case "Sequence":
      var all = before
      for element in try node.required("pretokenizers").elements() {
        all = try steps(element, after: all)
      }
      return all
    case "Digits":
      let individual = try node.flag("individual_digits", default: false)
      return before
        + [atByteLevel ? .byteDigits(individual: individual) : .digits(individual: individual)]
    case "ByteLevel":
      guard !atByteLevel else {
        throw .unsupported(path: node.path, found: "a second ByteLevel")
      }
      let step = Step.byteLevel(
        addsPrefixSpace: try node.required("add_prefix_space").bool(),
        splits: try node.flag("use_regex", default: true))
      return before + [step]
    case "Metaspace" where before.isEmpty:
      return [try metaspace(node)]
    case "Split" where !atByteLevel:
      return before + [try split(node)]
    default:
      throw .unsupported(path: node.path, found: "the pre-tokenizer \"\(type)\"")
    }
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
    // The older way to say never.
    if try !node.flag("add_prefix_space", default: true) { prefix = .never }
    let replacement = try node.required("replacement")
    let content = try replacement.string()
    guard content.unicodeScalars.count == 1 else { throw replacement.wrongType("one character") }
    return .metaspace(
      replacement: Array(content.utf8), prepends: prefix,
      splits: try node.flag("split", default: true))
  }

  private static func split(_ node: JSONNode) throws(TokenizerError) -> Step {
    let pattern = try Normalizer.pattern(node)
    guard try !node.flag("invert", default: false) else {
      throw .unsupported(path: node.path, found: "an inverted Split")
    }
    let behavior = try node.required("behavior")
    let name = try behavior.string()
    switch name {
    case "MergedWithPrevious": return .split(pattern: pattern, before: false, after: true)
    case "MergedWithNext": return .split(pattern: pattern, before: true, after: false)
    case "Isolated": return .split(pattern: pattern, before: true, after: true)
    default: throw .unsupported(path: behavior.path, found: "\"\(name)\"")
    }
  }
}
