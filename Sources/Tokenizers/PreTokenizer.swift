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
    /// Each space becomes "▁", or another character, and each of those begins a piece where
    /// `splits` says so.
    case metaspace(replacement: [UInt8], prepends: MetaspacePrefix, splits: Bool)
    /// The text is cut before and after where a pattern stands.
    case split(pattern: [UInt8], before: Bool, after: Bool)
  }

  /// Where a text that does not begin with a space gets one.
  enum MetaspacePrefix: String {
    case always
    /// At the beginning of the whole text, but not after an added token.
    case first
    case never
  }

  let steps: [Step]

  /// Whether the words are of bytes, for which characters stand in the vocabulary.
  var isByteLevel: Bool {
    steps.contains { if case .byteLevel = $0 { true } else { false } }
  }

  /// Calls `body` with the bytes of every word, in order; nothing is before a text that `isFirst`.
  func forEachWord(in text: Span<UInt8>, isFirst: Bool, _ body: (Span<UInt8>) -> Void) {
    apply(0, to: text, isFirst: isFirst, body)
  }

  private func apply(
    _ index: Int, to text: Span<UInt8>, isFirst: Bool = false, _ body: (Span<UInt8>) -> Void
  ) {
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
    case .metaspace(let replacement, let prefix, let splits):
      var replaced = Normalizer.replace([0x20], with: replacement)
        .normalize(text.indices.map { text[$0] })
      if prefix == .always || (prefix == .first && isFirst), !replaced.starts(with: replacement) {
        replaced = replacement + replaced
      }
      self.split(
        replaced.span, at: replacement, before: splits, after: false, next: index + 1, body)
    case .split(let pattern, let before, let after):
      split(text, at: pattern, before: before, after: after, next: index + 1, body)
    }
  }

  private func split(
    _ text: Span<UInt8>, at pattern: [UInt8], before: Bool, after: Bool, next: Int,
    _ body: (Span<UInt8>) -> Void
  ) {
    var start = 0
    var index = 0
    while index < text.count {
      guard text.holds(pattern, at: index) else {
        index += 1
        continue
      }
      if before {
        apply(next, to: text.extracting(start..<index), body)
        start = index
      }
      index += pattern.count
      if after {
        apply(next, to: text.extracting(start..<index), body)
        start = index
      }
    }
    apply(next, to: text.extracting(start..<index), body)
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
