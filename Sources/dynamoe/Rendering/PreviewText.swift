import DMOE
import Experts
import JSON
import Pipelines
import Reports
import Work

/// Output of `partition --dry-run`.
struct PreviewText {
  private let preview: Partition.Preview
  private let output: String

  init(_ preview: Partition.Preview, output: String) {
    self.preview = preview
    self.output = output
  }

  var lines: [String] {
    let widths = preview.widths.map { layers in
      layers.count == 1
        ? layers[0].map(String.init).joined(separator: ", ")
        : layers[0].indices.map { expert in HumanText.spread(layers.map { $0[expert] }) }
          .joined(separator: ", ")
    }
    let router = preview.router.map { kind in
      kind.rawValue + (preview.compensationRank.map { ", compensation of rank \($0)" } ?? "")
        + (preview.skips ? ", skipping by the gate" : "")
    }
    return [
      "\(Escaping.terminal(preview.family)), \(preview.layers) layers, "
        + HumanText.bytes(preview.sourceBytes),
      "  widths       \(widths ?? "by importance, layer by layer")",
      "  ranking      \(preview.importance.rawValue)", "  routers      \(router ?? "none")",
      "  calibration  \(HumanText.count(preview.calibrationTokens)) tokens",
      "  held out     \(HumanText.count(preview.heldOutTokens)) tokens",
      "  output       \(Escaping.terminal(output)), about \(HumanText.bytes(preview.output.bytes))",
      "               " + parts.joined(separator: ", "),
    ] + smaller + [
      "  memory       about \(HumanText.bytes(preview.work.memory)) at most",
      "  scratch      \(preview.work.scratch == 0 ? "none" : HumanText.bytes(preview.work.scratch))",
      "  time         about \(HumanText.seconds(preview.work.seconds)), "
        + "\(preview.work.sweeps) sweeps of text through the weights",
    ] + phases + [
      "Nothing was written (--dry-run)."
    ]
  }

  /// Estimated seconds per phase.
  private var phases: [String] {
    let width = preview.work.phases.map(\.name.count).max() ?? 0
    return preview.work.phases.map { phase in
      let padding = String(repeating: " ", count: width - phase.name.count)
      return "               \(phase.name)\(padding)  \(HumanText.seconds(phase.cost.seconds))"
    }
  }

  /// Estimated bytes per part of the output.
  private var parts: [String] {
    let output = preview.output
    return [
      ("weights", output.weights), ("routers", output.routers),
      ("compensation", output.compensation), ("the rest", output.rest),
    ].filter { $0.1 > 0 }.map { "\($0.0) \(HumanText.bytes($0.1))" }
  }

  /// Options that make an overlay smaller.
  private var smaller: [String] {
    let options = [
      preview.output.compensation > 0 ? "--compensation-rank" : nil,
      preview.router == .mlp ? "--router linear" : nil,
    ].compactMap { $0 }
    guard preview.isOverlay, !options.isEmpty else { return [] }
    return ["               an overlay; make it smaller with " + options.joined(separator: ", ")]
  }

  /// Widths of all layers, or an array of each layer's if they differ.
  private var widthsDocument: JSONValue {
    let layers = (preview.widths ?? []).map { JSONValue.array($0.map(JSONValue.int)) }
    return layers.count > 1 ? .array(layers) : layers.first ?? .null
  }

  var document: JSONValue {
    [
      "output": .string(output), "source_bytes": .int(preview.sourceBytes),
      "estimated_bytes": .int(preview.output.bytes), "overlay": .bool(preview.isOverlay),
      "widths": widthsDocument,
      "calibration_tokens": .int(preview.calibrationTokens),
      "held_out_tokens": .int(preview.heldOutTokens),
      "importance": .string(preview.importance.rawValue),
      "router": JSONValue(preview.router?.rawValue),
      "compensation_rank": JSONValue(preview.compensationRank),
      "skipping": preview.skips ? "gate" : .null,
      "sweeps": .int(preview.work.sweeps), "estimated_seconds": .double(preview.work.seconds),
      "estimated_memory": .int(preview.work.memory), "scratch_bytes": .int(preview.work.scratch),
      "output_parts": [
        "weights": .int(preview.output.weights), "routers": .int(preview.output.routers),
        "compensation": .int(preview.output.compensation), "rest": .int(preview.output.rest),
      ],
      "phases": .array(
        preview.work.phases.map {
          [
            "name": .string($0.name), "seconds": .double($0.cost.seconds),
            "memory": .int($0.cost.memory),
            "scratch": .int($0.cost.scratch),
          ]
        }),
      "dry_run": true,
    ]
  }
}
