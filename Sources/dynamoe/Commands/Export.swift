import ArgumentParser
import ByteIO
import Conversion
import JSON
import Models
import Reports

extension ExpertSelection: ExpressibleByArgument {
  /// As `--expert` takes it.
  public init?(argument: String) { self.init(argument) }
}

/// The forms in which a converted model goes out.
enum ExportFormat: String, ExpressibleByArgument, CaseIterable {
  case dmoe, hf
}

struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write a converted model, or one of its experts, in another form.",
    discussion: """
      As dmoe: a file of its own with the experts up to the one that is named, their routers and their \
      compensation. The end of a .dmoe can also just be cut off, at the lengths that inspect tells.

      As hf: a folder for Transformers with one expert as a plain model of the original family, in \
      safetensors, with config.json, tokenizer and model card. Its feed-forward layers are narrower; \
      those of the full expert, dense, are the source's bit for bit. validate checks such a folder.

      An overlay gets its weights from the checkpoint that it was made from (--base).

      EXAMPLES
        dynamoe export model.dmoe --format hf --expert 50% -o model-half
        dynamoe validate model-half --against model.dmoe
        dynamoe export model.dmoe --format hf --expert dense -o again --shard-size 2GB
        dynamoe export model.dmoe --format dmoe --expert 3 -o small.dmoe
        dynamoe export model.dmoe --format dmoe --expert 50% -o half.dmoe
        dynamoe export o.dmoe --base model --format dmoe --expert dense -o m.dmoe
      """)

  @Argument(help: ArgumentHelp("The converted model.", valueName: "file.dmoe"))
  var file: String

  @Option(help: "What to write.")
  var format: ExportFormat

  @Option(
    help: ArgumentHelp(
      "Of dmoe the largest expert to keep, of hf the one to write: its number, its share of the "
        + "neurons as 50%, or dense.", valueName: "expert"))
  var expert: ExpertSelection?

  @Option(
    help: ArgumentHelp(
      "Of hf: the most bytes of tensors in a file, as 500MB (default: 5GB); what is larger goes into "
        + "several.", valueName: "bytes"))
  var shardSize: ByteCount?

  @Option(
    help: ArgumentHelp(
      "Of hf: the report with the figures for the model card (default: the one beside the file).",
      valueName: "report.json"))
  var report: String?

  @Option(name: .shortAndLong, help: ArgumentHelp("The file or folder to write.", valueName: "out"))
  var output: String

  @Flag(help: "Replace the output if it exists; of folders, those of an export only.")
  var force = false

  @Flag(help: "Print one JSON document.")
  var json = false

  @OptionGroup var base: BaseOption
  @OptionGroup var common: GlobalOptions

  func run() throws {
    guard let expert else {
      throw ValidationError(
        format == .hf
          ? "--format hf writes one expert: say which with --expert (a form with routers is not there yet)"
          : "--format dmoe needs --expert, the largest to keep; --expert dense keeps all")
    }
    for (option, isGiven) in [("--shard-size", shardSize != nil), ("--report", report != nil)]
    where isGiven && format != .hf {
      throw ValidationError("\(option) belongs to --format hf")
    }
    let line = common.progressLine
    let checkpoint = try base.checkpoint(file, common, progress: line.progress)
    switch format {
    case .dmoe: try writePart(of: checkpoint, expert, line)
    case .hf: try writeFolder(of: checkpoint, expert, line)
    }
  }

  private func writePart(
    of checkpoint: Checkpoint, _ expert: ExpertSelection, _ line: ProgressLine
  ) throws {
    let result = try PartExport(
      checkpoint: checkpoint, outputPath: output, expert: expert, force: force,
      generator: Version.generator
    ).run(parallel: common.parallel, progress: line.progress)
    line.finish()
    tellRead(result.bytesRead, of: result.sourceBytes)
    guard json else {
      return try Console.print(
        "\(Escaping.terminal(output)): experts 0…\(result.expert), "
          + "\(HumanText.bytes(result.bytes)) of \(HumanText.bytes(result.sourceBytes))")
    }
    try Console.print(
      JSONWriter.text(
        [
          "output": .string(output), "bytes": .int(result.bytes),
          "source_bytes": .int(result.sourceBytes), "bytes_read": .int(result.bytesRead),
          "expert": .int(result.expert),
        ], layout: .indented))
  }

  private func writeFolder(
    of checkpoint: Checkpoint, _ expert: ExpertSelection, _ line: ProgressLine
  ) throws {
    let result = try TransformersExport(
      checkpoint: checkpoint, outputPath: output, expert: expert,
      shardSize: shardSize?.bytes ?? 5_000_000_000, report: try cardReport(), command: command,
      force: force, generator: Version.generator
    ).run(parallel: common.parallel, progress: line.progress)
    line.finish()
    tellRead(result.bytesRead, of: result.sourceBytes)
    guard json else {
      let files = result.files.count { $0.hasSuffix(".safetensors") }
      return try Console.print(
        "\(Escaping.terminal(output)): expert \(result.expert) as a plain model, "
          + "\(HumanText.count(result.intermediateSize)) neurons a layer, "
          + "\(HumanText.parameters(result.parameters)) parameters, \(HumanText.bytes(result.bytes))"
          + (files > 1 ? " in \(files) files of weights" : ""))
    }
    try Console.print(
      JSONWriter.text(
        [
          "output": .string(output), "bytes": .int(result.bytes),
          "source_bytes": .int(result.sourceBytes), "bytes_read": .int(result.bytesRead),
          "expert": .int(result.expert), "intermediate_size": .int(result.intermediateSize),
          "parameters": .int(result.parameters),
          "files": .array(result.files.map(JSONValue.string)),
        ], layout: .indented))
  }

  private func tellRead(_ bytes: Int, of all: Int) {
    guard common.verbose else { return }
    Console.error("Read: \(HumanText.count(bytes)) of \(HumanText.count(all)) bytes")
  }

  /// The report that was named, or the one beside the file.
  private func cardReport() throws -> CardReport? {
    if let report { return try CardReport(path: report) }
    guard let path = CardReport.path(beside: file), Folder.exists(path) else { return nil }
    return try CardReport(path: path)
  }

  /// This command with names for paths, as strangers may see it.
  private var command: [String] {
    var words = ["dynamoe", "export", Folder.name(of: file), "--format", format.rawValue]
    if let expert { words += ["--expert", expert.text] }
    if let base = base.base { words += ["--base", Folder.name(of: base)] }
    return words + ["-o", Folder.name(of: output)]
  }
}
