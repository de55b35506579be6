/// Splits normalised text into the words that the model encodes one by one.
struct PreTokenizer: Sendable {
  /// Splits every piece that the previous step produced.
  enum Step: Sendable, Equatable {
    case split(SplitPattern, SplitPattern.Behavior, inverts: Bool)
    /// Turns text into bytes; splits it by the pattern of GPT-2 if `splits`.
    case byteLevel(addsPrefixSpace: Bool, splits: Bool)
    /// Splits at digits among the characters that represent bytes, the input of all steps after
    /// `byteLevel`.
    case byteDigits(individual: Bool)
    /// Replaces each space by "▁" or another character, which begins a piece if `splits`.
    case metaspace(replacement: [UInt8], prepends: MetaspacePrefix, splits: Bool)
  }

  /// Condition for putting a space before a text that does not begin with one.
  enum MetaspacePrefix: String {
    case always
    /// At the beginning of the whole text, but not after an added token.
    case first
    case never
  }

  let steps: [Step]

  /// Whether words are bytes, which the vocabulary represents by characters.
  var isByteLevel: Bool {
    steps.contains { if case .byteLevel = $0 { true } else { false } }
  }

  /// Calls `body` with the bytes of every word, in order; `isFirst` if no text comes before.
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

  /// Bytes whose characters are numbers: digits, superscripts and fractions of Latin-1.
  private static let digitBytes = ByteAlphabet.scalars.map { ScalarSet.number.contains($0) }
}
