/// Background colours from light to dark, one per tenth of a width.
///
/// A single hue, red, from the standard 256-colour palette, from white at 0 to dark at 9, so that
/// lightness alone distinguishes them. The text is black or white, whichever is more legible, so
/// the terminal's own background does not matter.
enum Shades {
  static let tenths = 10

  private static let backgrounds = [231, 224, 217, 210, 203, 196, 160, 124, 88, 52]
  private static let firstDark = 6

  /// Tenth that contains a width between 0 and 1; the full width counts as the ninth too.
  static func tenth(_ width: Double) -> Int {
    // Rounding may leave a sum of fractions just below the tenth it should reach.
    min(max(Int(width * 10 + 1e-9), 0), tenths - 1)
  }

  /// Wraps text in escape sequences for the background of a tenth.
  static func shade(_ text: String, _ tenth: Int) -> String {
    let foreground = tenth < firstDark ? 16 : 231
    return "\u{1B}[38;5;\(foreground);48;5;\(backgrounds[tenth])m\(text)\u{1B}[0m"
  }
}
