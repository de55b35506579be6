/// Text from files in Markdown, written as code so that no markup in it takes effect.
///
/// Works on bytes and scalars: a combining mark after a backtick, bar or quote makes another
/// `Character` of it in Swift, but not in Markdown or a shell.
enum Markdown {
  /// Inline code with text from a file.
  static func code(_ text: String) -> String {
    let shown = HumanText.visible(String(text.unicodeScalars.prefix(200)))
    guard shown.utf8.contains(where: { $0 != UInt8(ascii: " ") }) else { return "(nothing)" }
    // The fence is longer than any run of backticks in the text.
    let backtick = UInt8(ascii: "`")
    let runs = shown.utf8.split { $0 != backtick }.map(\.count)
    let fence = String(repeating: "`", count: (runs.max() ?? 0) + 1)
    let isTouching = shown.utf8.first == backtick || shown.utf8.last == backtick
    return fence + (isTouching ? " \(shown) " : shown) + fence
  }

  /// Code block; its lines must not begin with a fence.
  static func block(_ language: StaticString, _ lines: [String]) -> [String] {
    ["```\(language)"] + lines.map(HumanText.visible) + ["```"]
  }

  /// Word of a command line, quoted if a shell would interpret it.
  static func word(_ text: String) -> String {
    let isPlain = !text.isEmpty && text.wholeMatch(of: /[A-Za-z0-9._\/%@+=-]+/) != nil
    return isPlain ? text : "'" + replacing("'", in: text, with: "'\\''") + "'"
  }

  private static func replacing(
    _ character: Unicode.Scalar, in text: String, with replacement: String
  ) -> String {
    text.unicodeScalars.reduce(into: "") { result, scalar in
      if scalar == character {
        result += replacement
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
  }

  static func table(_ rows: [[String]]) -> [String] {
    let columns = rows.first?.count ?? 0
    let ruler = [String](repeating: "---", count: columns)
    return (rows.prefix(1) + [ruler] + rows.dropFirst()).map { row in
      // A bar ends a cell, even in code.
      "| " + row.map { replacing("|", in: $0, with: "\\|") }.joined(separator: " | ") + " |"
    }
  }
}
