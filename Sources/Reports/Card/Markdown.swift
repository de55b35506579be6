/// Text from files in Markdown: as code, in which nothing of it means anything.
enum Markdown {
  /// Text of others within a line.
  static func code(_ text: String) -> String {
    let shown = HumanText.visible(String(text.prefix(200)))
    guard shown.contains(where: { $0 != " " }) else { return "(nothing)" }
    // The longest run of backticks in it is shorter than those around it.
    let runs = shown.split(separator: /[^`]+/).map(\.count)
    let fence = String(repeating: "`", count: (runs.max() ?? 0) + 1)
    let isTouching = shown.hasPrefix("`") || shown.hasSuffix("`")
    return fence + (isTouching ? " \(shown) " : shown) + fence
  }

  /// A block of code: its lines do not begin with what would end it.
  static func block(_ language: StaticString, _ lines: [String]) -> [String] {
    ["```\(language)"] + lines.map(HumanText.visible) + ["```"]
  }

  /// A word of a command line, quoted where a shell would not take it as it is.
  static func word(_ text: String) -> String {
    let isPlain = !text.isEmpty && text.wholeMatch(of: /[A-Za-z0-9._\/%@+=-]+/) != nil
    return isPlain ? text : "'" + text.replacing("'", with: "'\\''") + "'"
  }

  static func table(_ rows: [[String]]) -> [String] {
    let columns = rows.first?.count ?? 0
    let ruler = [String](repeating: "---", count: columns)
    return (rows.prefix(1) + [ruler] + rows.dropFirst()).map { row in
      // Cells end at bars, even in code.
      "| " + row.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |"
    }
  }
}
