/// Rewrites text before it is split into words.
indirect enum Normalizer: Sendable {
  case form(NormalizationForm)
  case lowercase
  case prepend([UInt8])
  case replace(SplitPattern, with: [UInt8])
  /// Removes white space at the ends.
  case strip(left: Bool, right: Bool)
  /// Drops the scalars of a set.
  case drop(ScalarSet)
  /// Replaces each scalar of a set by a space.
  case blank(ScalarSet)
  /// Puts spaces around each scalar of a set.
  case isolate(ScalarSet)
  case precompiled(PrecompiledNormalizer)
  case sentencePiece(SentencePieceNormalizer)
  case sequence([Normalizer])

  /// Limit of `leastLimit + mostGrowth · count` bytes, above the output of any normaliser in use.
  private static let mostGrowth = 16
  private static let leastLimit = 1 << 12

  /// - Throws: ``TokenizerError`` if a pattern takes too many steps, or the text becomes too long.
  func normalize(_ text: [UInt8]) throws(TokenizerError) -> [UInt8] {
    try normalize(text, limit: Self.leastLimit + Self.mostGrowth * text.count)
  }

  private func normalize(_ text: [UInt8], limit: Int) throws(TokenizerError) -> [UInt8] {
    switch self {
    case .form(let form): return form.normalize(text)
    case .lowercase: return Self.lowercase(text)
    case .prepend(let prefix):
      guard !text.isEmpty else { return text }
      guard prefix.count <= limit - text.count else { throw .overgrown(limit: limit) }
      return prefix + text
    case .replace(let pattern, let content):
      return try Self.replace(pattern, with: content, in: text, limit: limit)
    case .strip(let left, let right): return Self.strip(text, left: left, right: right)
    case .drop(let set): return Self.map(text, set) { _, _ in }
    case .blank(let set): return Self.map(text, set) { out, _ in out.append(0x20) }
    case .isolate(let set):
      return Self.map(text, set) { out, scalar in out += [0x20] + scalar + [0x20] }
    case .precompiled(let normalizer): return try normalizer.normalize(text, limit: limit)
    case .sentencePiece(let normalizer): return try normalizer.normalize(text, limit: limit)
    case .sequence(let normalizers):
      var text = text
      for normalizer in normalizers { text = try normalizer.normalize(text, limit: limit) }
      return text
    }
  }

  /// Whether it strips white space from the beginning of a text: the rest is not its beginning.
  func stripsBeginning(of text: [UInt8]) throws(TokenizerError) -> Bool {
    var text = text
    let steps = steps
    guard let last = steps.lastIndex(where: \.stripsLeft) else { return false }
    for step in steps[...last] {
      let normalized = try step.normalize(text)
      if step.stripsLeft, normalized.first != text.first { return true }
      text = normalized
    }
    return false
  }

  private var stripsLeft: Bool { if case .strip(left: true, _) = self { true } else { false } }

  static func replace(_ pattern: [UInt8], with content: [UInt8], in text: [UInt8]) -> [UInt8] {
    var replaced: [UInt8] = []
    var covered = 0
    ByteSearch.forEachMatch(of: pattern, in: text.span) { range in
      replaced += text[covered..<range.lowerBound]
      replaced += content
      covered = range.upperBound
    }
    return covered == 0 ? text : replaced + text[covered...]
  }

  private static func replace(
    _ pattern: SplitPattern, with content: [UInt8], in text: [UInt8], limit: Int
  ) throws(TokenizerError) -> [UInt8] {
    var replaced: [UInt8] = []
    replaced.reserveCapacity(text.count)
    try pattern.forEachSegment(of: text.span) { (range, isMatch) throws(TokenizerError) in
      replaced += isMatch ? content[...] : text[range]
      guard replaced.count <= limit else { throw .overgrown(limit: limit) }
    }
    return replaced
  }

  private static func lowercase(_ text: [UInt8]) -> [UInt8] {
    var lowered: [UInt8] = []
    lowered.reserveCapacity(text.count)
    let span = text.span
    var index = 0
    while index < text.count {
      let byte = text[index]
      if byte < 0x80 {
        lowered.append(UInt8(ascii: "A") <= byte && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte)
        index += 1
      } else {
        // Scalar by scalar, so without final sigma, as in `tokenizers`.
        let (scalar, length) = span.scalar(at: index)
        lowered += scalar.properties.lowercaseMapping.utf8
        index += length
      }
    }
    return lowered
  }

  private static func strip(_ text: [UInt8], left: Bool, right: Bool) -> [UInt8] {
    let span = text.span
    var start = 0
    var end = text.count
    while left, start < end, ScalarSet.space.contains(span.scalar(at: start).scalar) {
      start += span.lengthOfScalar(at: start)
    }
    while right, end > start, ScalarSet.space.contains(span.scalar(before: end).scalar) {
      end -= span.scalar(before: end).length
    }
    return Array(text[start..<end])
  }

  /// Text with the output of `change` in place of each scalar of a set.
  private static func map(
    _ text: [UInt8], _ set: ScalarSet, _ change: (inout [UInt8], ArraySlice<UInt8>) -> Void
  ) -> [UInt8] {
    let span = text.span
    var mapped: [UInt8] = []
    mapped.reserveCapacity(text.count)
    var index = 0
    while index < text.count {
      let length = span.lengthOfScalar(at: index)
      let isMember =
        length == 1 && text[index] < 0x80
        ? set.contains(ascii: text[index]) : set.contains(span.scalar(at: index).scalar)
      let scalar = text[index..<index + length]
      if isMember { change(&mapped, scalar) } else { mapped += scalar }
      index += length
    }
    return mapped
  }
}
