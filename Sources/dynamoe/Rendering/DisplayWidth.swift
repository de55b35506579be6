extension Unicode.Scalar {
  /// Columns that the character takes on a terminal: 0 for combining characters, 2 for wide ones by
  /// Unicode's East Asian Width (UAX #11), else 1.
  var columns: Int {
    switch properties.generalCategory {
    case .nonspacingMark, .enclosingMark: return 0
    default: break
    }
    // Hangul vowels and final consonants combine with the consonant before them.
    if (0x1160...0x11FF).contains(value) { return 0 }
    if Self.wide.contains(where: { $0.contains(value) }) { return 2 }
    // A flag is two regional indicators, together as wide as one wide character.
    return properties.isEmojiPresentation && !(0x1F1E6...0x1F1FF).contains(value) ? 2 : 1
  }

  /// Blocks of wide characters, other than emoji.
  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0x3247, 0x3250...0x4DBF,
    0x4E00...0xA4CF, 0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19,
    0xFE30...0xFE6B, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18DFF, 0x1AFF0...0x1B2FF,
    0x1F200...0x1F265, 0x20000...0x2FFFD, 0x30000...0x3FFFD,
  ]
}
