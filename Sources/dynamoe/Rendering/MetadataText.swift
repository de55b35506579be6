import Inspection
import JSON
import Reports

/// Human-readable metadata.
enum MetadataText {
  /// Maximum number of scalars shown of a value in the table.
  private static let longest = 60

  /// Table with one line per key; long values are truncated, arrays shown by their count.
  static func table(_ metadata: MetadataSummary) -> [String] {
    guard !metadata.lines.isEmpty else { return [] }
    var table = TextTable([("key", .left), ("value", .left)])
    for line in metadata.lines {
      table.add([Escaping.terminal(line.key), cut(line.value.map(text) ?? line.type)])
    }
    return table.lines()
  }

  /// A whole value: one line per element of an array, or per line of a string.
  static func lines(of value: JSONValue) -> [String] {
    switch value {
    case .array(let elements): elements.map { Escaping.terminal(text($0)) }
    case .string(let text):
      text.split(separator: "\n", omittingEmptySubsequences: false)
        .map { Escaping.terminal(String($0)) }
    default: [text(value)]
    }
  }

  private static func text(_ value: JSONValue) -> String {
    value.string ?? JSONWriter.text(value)
  }

  private static func cut(_ text: String) -> String {
    // Counts scalars because a single character may have any number of combining marks.
    let start = text.unicodeScalars.prefix(longest)
    return Escaping.terminal(String(start) + (start.endIndex < text.endIndex ? "…" : ""))
  }
}
