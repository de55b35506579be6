import ArgumentParser
import Checkpoints
import Containers
import Experts
import Forms
import JSON
import Pipelines
import Reports

extension Export {
  /// Parsed value of `--type`; nil if absent.
  func matrixType() throws -> GGUFMatrixType? {
    guard let type else { return nil }
    guard let known = GGUFMatrixType(rawValue: type.lowercased()) else {
      let names = GGUFMatrixType.allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError(
        "--type \(type): expected \(names); for others export bf16, and run llama.cpp's llama-quantize"
      )
    }
    return known
  }

  func writeGGUF(
    of checkpoint: Checkpoint, _ expert: ExpertSelection, _ type: GGUFMatrixType?,
    _ line: ProgressLine
  ) throws {
    let exported = try run(
      GGUFForm(expert: expert, type: type, refit: refitChoice), on: checkpoint, line)
    let summary = exported.summary
    guard json else { return try Console.print(lines(of: exported)) }
    try Console.print(
      JSONWriter.text(
        [
          "output": .string(output), "bytes": .int(exported.bytes),
          "source_bytes": .int(exported.sourceBytes), "bytes_read": .int(exported.bytesRead),
          "expert": .int(summary.expert), "architecture": .string(summary.architecture),
          "intermediate_size": summary.widths.allSatisfy { $0 == summary.widths[0] }
            ? .int(summary.widths[0]) : .null,
          "widths": .array(summary.widths.map(JSONValue.int)),
          "parameters": .int(summary.parameters),
          "refitted": .bool(summary.isRefitted),
          "refit_obstacle": JSONValue(summary.refitObstacle?.description),
          "types": .array(summary.types.map(JSONValue.string)),
          "notes": .array(summary.notes.map(JSONValue.string)),
        ], layout: .indented))
  }

  private func lines(of exported: ExportRun<GGUFForm>.Exported) -> [String] {
    let summary = exported.summary
    let (least, most) = (summary.widths.min() ?? 0, summary.widths.max() ?? 0)
    let neurons =
      least == most
      ? "\(HumanText.count(least)) neurons a layer"
      : "\(HumanText.count(least)) to \(HumanText.count(most)) neurons a layer"
    let types = summary.types.prefix(2).joined(separator: " and ")
    let line =
      "\(Escaping.terminal(output)): expert \(summary.expert) for llama.cpp (\(summary.architecture)), "
      + "\(neurons)\(Self.words(summary.isRefitted, summary.refitObstacle)), "
      + "\(HumanText.parameters(summary.parameters)) parameters, \(types), "
      + HumanText.bytes(exported.bytes)
    return [line] + summary.notes.map { "Note: \(Escaping.terminal($0))" }
  }
}
