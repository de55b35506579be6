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
      "  output       \(Escaping.terminal(output)), about \(HumanText.bytes(preview.output.bytes))",
      "               " + parts.joined(separator: ", "),
    ] + smaller + [
      "  time         about \(HumanText.seconds(preview.seconds)), "
        + "\(preview.sweeps) sweeps over the weights with text",
      "Nothing was written (--dry-run).",
    ]
  }

  /// What the output is made of.
  private var parts: [String] {
    let output = preview.output
    return [
      ("weights", output.weights), ("routers", output.routers),
      ("compensation", output.compensation), ("the rest", output.rest),
    ].filter { $0.1 > 0 }.map { "\($0.0) \(HumanText.bytes($0.1))" }
  }

  /// What makes an overlay smaller still.
  private var smaller: [String] {
    let options = [
      preview.output.compensation > 0 ? "--compensation-rank" : nil,
      preview.router == .mlp ? "--router linear" : nil,
    ].compactMap { $0 }
    guard preview.isOverlay, !options.isEmpty else { return [] }
    return ["               an overlay; smaller by " + options.joined(separator: ", ")]
  }

  var document: JSONValue {
    [
      "output": .string(output), "source_bytes": .int(preview.sourceBytes),
      "estimated_bytes": .int(preview.output.bytes), "overlay": .bool(preview.isOverlay),
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
