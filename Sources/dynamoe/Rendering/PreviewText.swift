import Conversion
import JSON
import Reports

/// What `partition --dry-run` tells.
struct PreviewText {
  private let preview: Partition.Preview
  private let output: String

  init(_ preview: Partition.Preview, output: String) {
    self.preview = preview
    self.output = output
  }

  var lines: [String] {
    let widths = preview.widths.map { $0.map(String.init).joined(separator: ", ") }
    return [
      "\(preview.family), \(preview.layers) layers, \(HumanText.bytes(preview.sourceBytes))",
      "  widths       \(widths ?? "by importance, layer by layer")",
      "  calibration  \(HumanText.count(preview.calibrationTokens)) tokens",
      "  held out     \(HumanText.count(preview.heldOutTokens)) tokens",
      "  output       \(Escaping.terminal(output)), about \(HumanText.bytes(preview.sourceBytes))",
      "Nothing was written (--dry-run).",
    ]
  }

  var document: JSONValue {
    [
      "output": .string(output), "source_bytes": .int(preview.sourceBytes),
      "widths": preview.widths.map { .array($0.map(JSONValue.int)) } ?? .null,
      "calibration_tokens": .int(preview.calibrationTokens),
      "held_out_tokens": .int(preview.heldOutTokens), "dry_run": true,
    ]
  }
}
