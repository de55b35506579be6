import ByteIO

/// Colour and weight of text on a terminal; without effect elsewhere.
struct Style {
  let isColoured: Bool

  init(_ choice: ColorChoice) {
    isColoured =
      switch choice {
      case .always: true
      case .never: false
      case .auto:
        Console.isTerminal(.output) && ProcessEnvironment.value(of: "NO_COLOR") == nil
          && ProcessEnvironment.value(of: "TERM") != "dumb"
      }
  }

  func good(_ text: String) -> String { wrap(text, "32") }
  func bad(_ text: String) -> String { wrap(text, "1;31") }
  func faint(_ text: String) -> String { wrap(text, "2") }
  func strong(_ text: String) -> String { wrap(text, "1") }

  private func wrap(_ text: String, _ code: String) -> String {
    isColoured ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }
}
