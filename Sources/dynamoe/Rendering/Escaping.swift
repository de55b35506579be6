import Reports

/// Escapes control and format characters in text from files, before it reaches a terminal.
enum Escaping {
  static func terminal(_ text: String) -> String { HumanText.visible(text) }
}
