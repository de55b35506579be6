import Inspection
import JSON
import Reports

/// Keys and values as people read them.
enum MetadataText {
  /// How much of a value is shown beside its key.
  private static let longest = 60

  /// A line for every key; long values are cut, and arrays only counted.
  static func table(_ metadata: MetadataSummary) -> [String] {
    guard !metadata.lines.isEmpty else { return [] }
    var table = TextTable([("key", .left), ("value", .left)])
    for line in metadata.lines {
      table.add([Escaping.terminal(line.key), cut(line.value.map(text) ?? line.type)])
    }
    return table.lines()
  }

  /// A whole value: an element of an array, or a line of a string, in each line.
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
    // A character may have any number of marks.
    let start = text.unicodeScalars.prefix(longest)
    return Escaping.terminal(String(start) + (start.endIndex < text.endIndex ? "…" : ""))
  }
}
