import Conversion
import Experts
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
    let router = preview.router.map { kind in
      kind.rawValue + (preview.compensationRank.map { ", compensation of rank \($0)" } ?? "")
    }
    return [
      "\(preview.family), \(preview.layers) layers, \(HumanText.bytes(preview.sourceBytes))",
      "  widths       \(widths ?? "by importance, layer by layer")",
      "  ranking      \(preview.importance.rawValue)", "  routers      \(router ?? "none")",
      "  calibration  \(HumanText.count(preview.calibrationTokens)) tokens",
      "  held out     \(HumanText.count(preview.heldOutTokens)) tokens",
      "  output       \(Escaping.terminal(output)), about \(HumanText.bytes(preview.sourceBytes))",
      "  time         about \(HumanText.seconds(preview.seconds)), "
        + "\(preview.sweeps) sweeps over the weights with text",
      "Nothing was written (--dry-run).",
    ]
  }

  var document: JSONValue {
    [
      "output": .string(output), "source_bytes": .int(preview.sourceBytes),
      "widths": preview.widths.map { .array($0.map(JSONValue.int)) } ?? .null,
      "calibration_tokens": .int(preview.calibrationTokens),
      "held_out_tokens": .int(preview.heldOutTokens),
      "importance": .string(preview.importance.rawValue),
      "router": JSONValue(preview.router?.rawValue),
      "compensation_rank": JSONValue(preview.compensationRank),
      "sweeps": .int(preview.sweeps), "estimated_seconds": .double(preview.seconds),
      "dry_run": true,
    ]
  }
}
