import ArgumentParser
import Checkpoints
import Containers
import Forms
import JSON
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
    let result = try GGUFExport(
      checkpoint: checkpoint, outputPath: output, expert: expert, type: type, force: force,
      generator: Version.generator
    ).run(parallel: common.parallel, progress: line.progress)
    line.finish()
    tellRead(result.bytesRead, of: result.sourceBytes)
    guard json else { return try Console.print(lines(of: result)) }
    try Console.print(
      JSONWriter.text(
        [
          "output": .string(output), "bytes": .int(result.bytes),
          "source_bytes": .int(result.sourceBytes), "bytes_read": .int(result.bytesRead),
          "expert": .int(result.expert), "architecture": .string(result.architecture),
          "intermediate_size": result.widths.allSatisfy { $0 == result.widths[0] }
            ? .int(result.widths[0]) : .null,
          "widths": .array(result.widths.map(JSONValue.int)),
          "parameters": .int(result.parameters),
          "types": .array(result.types.map(JSONValue.string)),
          "notes": .array(result.notes.map(JSONValue.string)),
        ], layout: .indented))
  }

  private func lines(of result: GGUFExport.Result) -> [String] {
    let (least, most) = (result.widths.min() ?? 0, result.widths.max() ?? 0)
    let neurons =
      least == most
      ? "\(HumanText.count(least)) neurons a layer"
      : "\(HumanText.count(least)) to \(HumanText.count(most)) neurons a layer"
    let types = result.types.prefix(2).joined(separator: " and ")
    let line =
      "\(Escaping.terminal(output)): expert \(result.expert) for llama.cpp (\(result.architecture)), "
      + "\(neurons), \(HumanText.parameters(result.parameters)) parameters, \(types), "
      + HumanText.bytes(result.bytes)
    return [line] + result.notes.map { "Note: \(Escaping.terminal($0))" }
  }
}
