/// What cuts normalized text into the words that the model encodes one by one.
struct PreTokenizer: Sendable {
  /// A step cuts each piece that the step before it left.
  enum Step: Sendable, Equatable {
    /// Numbers become pieces of their own: whole, or digit by digit.
    case digits(individual: Bool)
    /// The text becomes bytes, cut by ``GPT2Pattern`` where `splits` says so.
    case byteLevel(addsPrefixSpace: Bool, splits: Bool)
    /// Digits among the characters that stand for bytes, which is what a step after
    /// `byteLevel` gets to see.
    case byteDigits(individual: Bool)
  }

  let steps: [Step]

  /// Calls `body` with the bytes of every word, in order.
  func forEachWord(in text: Span<UInt8>, _ body: (Span<UInt8>) -> Void) {
    apply(0, to: text, body)
  }

  private func apply(_ index: Int, to text: Span<UInt8>, _ body: (Span<UInt8>) -> Void) {
    guard !text.isEmpty else { return }
    guard index < steps.count else { return body(text) }
    switch steps[index] {
    case .digits(let individual):
      splitDigits(
        text, individual: individual, next: index + 1, body,
        isDigit: { text, at in
          let (kind, length) = ScalarClass.at(at, in: text)
          return (kind == .number, length)
        })
    case .byteDigits(let individual):
      splitDigits(
        text, individual: individual, next: index + 1, body,
        isDigit: { text, at in (Self.digitBytes[Int(text[at])], 1) })
    case .byteLevel(let addsPrefixSpace, let splits):
      if addsPrefixSpace, text[0] != 0x20 {
        var prefixed: [UInt8] = [0x20]
        prefixed.reserveCapacity(text.count + 1)
        for index in text.indices { prefixed.append(text[index]) }
        splitWords(prefixed.span, splits: splits, next: index + 1, body)
      } else {
        splitWords(text, splits: splits, next: index + 1, body)
      }
    }
  }

  private func splitWords(
    _ text: Span<UInt8>, splits: Bool, next: Int, _ body: (Span<UInt8>) -> Void
  ) {
    guard splits else { return apply(next, to: text, body) }
    var start = 0
    while start < text.count {
      let end = GPT2Pattern.endOfWord(from: start, in: text)
      apply(next, to: text.extracting(start..<end), body)
      start = end
    }
  }

  private func splitDigits(
    _ text: Span<UInt8>, individual: Bool, next: Int, _ body: (Span<UInt8>) -> Void,
    isDigit: (Span<UInt8>, Int) -> (Bool, length: Int)
  ) {
    var start = 0
    var index = 0
    var wasDigit = false
    while index < text.count {
      let (digit, length) = isDigit(text, index)
      if index > start, digit != wasDigit || (digit && individual) {
        apply(next, to: text.extracting(start..<index), body)
        start = index
      }
      wasDigit = digit
      index += length
    }
    apply(next, to: text.extracting(start..<index), body)
  }

  /// The bytes whose characters are numbers: the digits, and superscripts and fractions of Latin-1.
  private static let digitBytes = ByteAlphabet.scalars.map { ScalarClass($0) == .number }
}

extension PreTokenizer {
  init(_ node: JSONNode) throws(TokenizerError) {
    steps = try Self.steps(node, after: [])
    let atByteLevel = steps.contains { if case .byteLevel = $0 { true } else { false } }
    guard atByteLevel else {
      throw .unsupported(path: node.path, found: "BPE without a ByteLevel pre-tokenizer")
    }
  }

  private static func steps(
    _ node: JSONNode, after before: [Step]
  ) throws(TokenizerError) -> [Step] {
    let atByteLevel = before.contains { if case .byteLevel = $0 { true } else { false } }
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
    default:
      throw .unsupported(path: node.path, found: "the pre-tokenizer \"\(type)\"")
    }
  }
}
