/// Backgrounds from light to dark, one for each tenth of a width.
///
/// One hue, red, in the 256 colours that terminals agree on, from white at 0 to dark at 9: the
/// lightness alone tells them apart. The text on each is black or white, whichever is the more
/// legible, so that it does not matter what the terminal's own background is.
enum Shades {
  static let tenths = 10

  private static let backgrounds = [231, 224, 217, 210, 203, 196, 160, 124, 88, 52]
  private static let firstDark = 6

  /// The tenth that a width between 0 and 1 is in; all of a layer is the ninth too.
  static func tenth(_ width: Double) -> Int {
    // A sum of a few rounded shares may end just below the tenth that it makes.
    min(max(Int(width * 10 + 1e-9), 0), tenths - 1)
  }

  /// Text on its background.
  static func shade(_ text: String, _ tenth: Int) -> String {
    let foreground = tenth < firstDark ? 16 : 231
    return "\u{1B}[38;5;\(foreground);48;5;\(backgrounds[tenth])m\(text)\u{1B}[0m"
  }
}
