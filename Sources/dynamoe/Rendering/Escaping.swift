import Reports

/// Text from files, made harmless before a terminal gets it.
enum Escaping {
  static func terminal(_ text: String) -> String { HumanText.visible(text) }
}
