/// Text from files in Markdown: as code, in which nothing of it means anything.
///
/// All is done by bytes: a mark that joins a backtick, a bar or a quote makes another character of it for Swift, but
/// not for Markdown or a shell.
enum Markdown {
  /// Text of others within a line.
  static func code(_ text: String) -> String {
    let shown = HumanText.visible(String(text.unicodeScalars.prefix(200)))
    guard shown.utf8.contains(where: { $0 != UInt8(ascii: " ") }) else { return "(nothing)" }
    // The longest run of backticks in it is shorter than those around it.
    let backtick = UInt8(ascii: "`")
    let runs = shown.utf8.split { $0 != backtick }.map(\.count)
    let fence = String(repeating: "`", count: (runs.max() ?? 0) + 1)
    let isTouching = shown.utf8.first == backtick || shown.utf8.last == backtick
    return fence + (isTouching ? " \(shown) " : shown) + fence
  }

  /// A block of code: its lines do not begin with what would end it.
  static func block(_ language: StaticString, _ lines: [String]) -> [String] {
    ["```\(language)"] + lines.map(HumanText.visible) + ["```"]
  }

  /// A word of a command line, quoted where a shell would not take it as it is.
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
      // Cells end at bars, even in code.
      "| " + row.map { replacing("|", in: $0, with: "\\|") }.joined(separator: " | ") + " |"
    }
  }
}
