/// What cuts normalized text into the words that the model encodes one by one.
struct PreTokenizer: Sendable {
  /// A step cuts each piece that the step before it left.
  enum Step: Sendable, Equatable {
    case split(SplitPattern, SplitPattern.Behavior, inverts: Bool)
    /// The text becomes bytes, cut by the pattern of GPT-2 where `splits` says so.
    case byteLevel(addsPrefixSpace: Bool, splits: Bool)
    /// Digits among the characters that stand for bytes, which is what a step after
    /// `byteLevel` gets to see.
    case byteDigits(individual: Bool)
    /// Each space becomes "▁", or another character, and each of those begins a piece where
    /// `splits` says so.
    case metaspace(replacement: [UInt8], prepends: MetaspacePrefix, splits: Bool)
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
  func forEachWord(
    in text: Span<UInt8>, isFirst: Bool, _ body: (Span<UInt8>) throws(TokenizerError) -> Void
  ) throws(TokenizerError) {
    try apply(0, to: text, isFirst: isFirst, body)
  }

  private func apply(
    _ index: Int, to text: Span<UInt8>, isFirst: Bool,
    _ body: (Span<UInt8>) throws(TokenizerError) -> Void
  ) throws(TokenizerError) {
    guard !text.isEmpty else { return }
    guard index < steps.count else { return try body(text) }
    switch steps[index] {
    case .split(let pattern, let behavior, let inverts):
      try split(text, pattern, behavior, inverts: inverts, isFirst: isFirst, next: index + 1, body)
    case .byteLevel(let addsPrefixSpace, let splits):
      if addsPrefixSpace, text[0] != 0x20 {
        let prefixed = [0x20] + text.copy
        try splitWords(prefixed.span, splits: splits, isFirst: isFirst, next: index + 1, body)
      } else {
        try splitWords(text, splits: splits, isFirst: isFirst, next: index + 1, body)
      }
    case .byteDigits(let individual):
      try splitDigits(text, individual: individual, next: index + 1, body)
    case .metaspace(let replacement, let prefix, let splits):
      var replaced = Normalizer.replace([0x20], with: replacement, in: text.copy)
      if prefix == .always || (prefix == .first && isFirst), !replaced.starts(with: replacement) {
        replaced = replacement + replaced
      }
      guard splits else {
        return try apply(index + 1, to: replaced.span, isFirst: isFirst, body)
      }
      try split(
        replaced.span, .text(replacement), .mergedWithNext, inverts: false, isFirst: isFirst,
        next: index + 1, body)
    }
  }

  private func split(
    _ text: Span<UInt8>, _ pattern: SplitPattern, _ behavior: SplitPattern.Behavior,
    inverts: Bool, isFirst: Bool, next: Int,
    _ body: (Span<UInt8>) throws(TokenizerError) -> Void
  ) throws(TokenizerError) {
    try pattern.forEachPiece(of: text, behavior, inverts: inverts) {
      (range) throws(TokenizerError) in
      try apply(
        next, to: text.extracting(range), isFirst: isFirst && range.lowerBound == 0, body)
    }
  }

  private func splitWords(
    _ text: Span<UInt8>, splits: Bool, isFirst: Bool, next: Int,
    _ body: (Span<UInt8>) throws(TokenizerError) -> Void
  ) throws(TokenizerError) {
    guard splits else { return try apply(next, to: text, isFirst: isFirst, body) }
    try split(
      text, KnownPattern.gpt2, .isolated, inverts: false, isFirst: isFirst, next: next, body)
  }

  private func splitDigits(
    _ text: Span<UInt8>, individual: Bool, next: Int,
    _ body: (Span<UInt8>) throws(TokenizerError) -> Void
  ) throws(TokenizerError) {
    var start = 0
    var wasDigit = false
    for index in text.indices {
      let isDigit = Self.digitBytes[Int(text[index])]
      if index > start, isDigit != wasDigit || (isDigit && individual) {
        try apply(next, to: text.extracting(start..<index), isFirst: false, body)
        start = index
      }
      wasDigit = isDigit
    }
    try apply(next, to: text.extracting(start..<text.count), isFirst: false, body)
  }

  /// The bytes whose characters are numbers: the digits, and superscripts and fractions of Latin-1.
  private static let digitBytes = ByteAlphabet.scalars.map { ScalarSet.number.contains($0) }
}
