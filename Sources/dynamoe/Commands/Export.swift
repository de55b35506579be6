import ArgumentParser
import ByteIO
import Checkpoints
import Containers
import Experts
import Forms
import JSON
import Pipelines
import Reports

extension ExpertSelection: ExpressibleByArgument {
  /// Parses the value of `--expert`.
  public init?(argument: String) { self.init(argument) }
}

/// Formats in which a converted model can be exported.
enum ExportFormat: String, ExpressibleByArgument, CaseIterable {
  case dmoe, hf, gguf
}

struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write a converted model, or one of its experts, in another format.",
    discussion: """
      dmoe: a new .dmoe with the experts up to the given one, their routers and their \
      compensation. A .dmoe can also simply be truncated, at the lengths that inspect lists.

      hf: a folder for Transformers in safetensors, with config.json, tokenizer and model card. \
      Without --expert it has all experts with their routers and compensation, and the Python code \
      that runs them (trust_remote_code=True), either as the dense model or with one of the knobs \
      expert, threshold and budget (docs/transformers.md).

      With --expert the folder has one expert as a plain model of the original family, with \
      narrower feed-forward layers, whose down projections are fitted anew if the file holds \
      calibration tokens (--no-refit: as they are); --expert dense gives those of the source, bit \
      for bit. An \
      expert whose width differs between layers is written as DeciLM, if the model is \
      LLaMA-shaped and the widths are multiples of 256. validate checks such folders.

      gguf: a file for llama.cpp with one expert as a plain model, with the names, keys and \
      tokenizer that llama.cpp's own converter writes. --type sets the type of the matrices; \
      without it they keep their type. An expert whose width differs between layers gets the \
      architecture deci, if the model is LLaMA-shaped (docs/gguf.md).

      The weights of an overlay are read from its source checkpoint (--base).

      EXAMPLES
        dynamoe export model.dmoe --format hf -o model-routed
        dynamoe validate model-routed --against model.dmoe
        dynamoe export model.dmoe --format hf --expert 50% -o model-half
        dynamoe export model.dmoe --format hf --expert dense -o again --shard-size 2GB
        dynamoe export model.dmoe --format gguf --expert 50% --type q8_0 -o half.gguf
        dynamoe validate half.gguf --against model.dmoe
        dynamoe export model.dmoe --format dmoe --expert 3 -o small.dmoe
        dynamoe export model.dmoe --format dmoe --expert 50% -o half.dmoe
        dynamoe export o.dmoe --base model --format dmoe --expert dense -o m.dmoe
      """)

  @Argument(help: ArgumentHelp("The converted model.", valueName: "file.dmoe"))
  var file: String

  @Option(help: "Format to write.")
  var format: ExportFormat

  @Option(
    help: ArgumentHelp(
      "With gguf and hf the expert to write (hf by default: all, with their routers), with dmoe "
        + "the largest to keep: its number, its share of the neurons such as 50%, or dense.",
      valueName: "expert"))
  var expert: ExpertSelection?

  @Option(
    help: ArgumentHelp(
      "With hf: maximum bytes of tensors per file, such as 500MB (default: 5GB); larger models are "
        + "split.", valueName: "bytes"))
  var shardSize: ByteCount?

  @Option(
    help: ArgumentHelp(
      "With hf: the report with the figures for the model card (default: the one beside the file).",
      valueName: "report.json"))
  var report: String?

  @Option(
    help: ArgumentHelp(
      "With gguf: type of the matrices: f32, f16, bf16, q8_0 or q4_0 (default: unchanged).",
      valueName: "type"))
  var type: String?

  @Flag(
    inversion: .prefixedNo,
    help: ArgumentHelp(
      "With gguf, and hf --expert: fit the down projections anew on the file's calibration tokens, "
        + "so that they repair much of what the missing neurons did (default: if it holds them)."))
  var refit: Bool?

  @Option(name: .shortAndLong, help: ArgumentHelp("The file or folder to write.", valueName: "out"))
  var output: String

  @Flag(help: "Replace the output if it exists; a folder only if it is an export.")
  var force = false

  @Flag(help: "Print one JSON document.")
  var json = false

  @OptionGroup var base: BaseOption
  @OptionGroup var common: GlobalOptions

  func run() throws {
    guard type == nil || format == .gguf else {
      throw ValidationError("--type belongs to --format gguf")
    }
    for (option, isGiven) in [("--shard-size", shardSize != nil), ("--report", report != nil)]
    where isGiven && format != .hf {
      throw ValidationError("\(option) belongs to --format hf")
    }
    guard refit == nil || format != .dmoe && expert != nil else {
      throw ValidationError(
        "--\(refit == true ? "" : "no-")refit belongs to --format gguf or hf with --expert")
    }
    let write = try writer()
    let line = common.progressLine
    try write(try base.checkpoint(file, common, line), line)
  }

  /// Checks the combination of options and returns the function that writes the chosen format.
  private func writer() throws -> (Checkpoint, ProgressLine) throws -> Void {
    let type = try matrixType()
    switch (format, expert) {
    case (.dmoe, let expert?): return { try writePart(of: $0, expert, $1) }
    case (.gguf, let expert?): return { try writeGGUF(of: $0, expert, type, $1) }
    case (.hf, _): return { try writeFolder(of: $0, $1) }
    case (.dmoe, nil):
      throw ValidationError(
        "--format dmoe needs --expert, the largest expert to keep; --expert dense keeps all")
    case (.gguf, nil):
      throw ValidationError("--format gguf needs --expert: a GGUF file holds one expert")
    }
  }

  private func writePart(
    of checkpoint: Checkpoint, _ expert: ExpertSelection, _ line: ProgressLine
  ) throws {
    let exported = try run(PartForm(expert: expert), on: checkpoint, line)
    guard json else {
      return try Console.print(
        "\(Escaping.terminal(output)): experts 0…\(exported.summary.expert), "
          + "\(HumanText.bytes(exported.bytes)) of \(HumanText.bytes(exported.sourceBytes))")
    }
    try Console.print(
      JSONWriter.text(
        [
          "output": .string(output), "bytes": .int(exported.bytes),
          "source_bytes": .int(exported.sourceBytes), "bytes_read": .int(exported.bytesRead),
          "expert": .int(exported.summary.expert),
        ], layout: .indented))
  }

  private func writeFolder(of checkpoint: Checkpoint, _ line: ProgressLine) throws {
    let form = TransformersForm(
      expert: expert, shardSize: shardSize?.bytes ?? 5_000_000_000, report: try cardReport(),
      command: command, refit: refitChoice)
    let exported = try run(form, on: checkpoint, line)
    let summary = exported.summary
    guard json else {
      let files = exported.files.count { $0.hasSuffix(".safetensors") }
      return try Console.print(
        "\(Escaping.terminal(output)): \(what(summary)), "
          + "\(HumanText.parameters(summary.parameters)) parameters, \(HumanText.bytes(exported.bytes))"
          + (files > 1 ? " in \(files) files of weights" : ""))
    }
    var document = JSONObject([
      .init(name: "output", value: .string(output)),
      .init(name: "bytes", value: .int(exported.bytes)),
      .init(name: "source_bytes", value: .int(exported.sourceBytes)),
      .init(name: "bytes_read", value: .int(exported.bytesRead)),
      .init(name: "expert", value: JSONValue(summary.expert)),
      .init(name: "experts", value: .int(summary.experts)),
      .init(name: "routers", value: .bool(summary.hasRouters)),
    ])
    if summary.isUniform { document["intermediate_size"] = JSONValue(summary.widths.first) }
    document["widths"] = .array(summary.widths.map(JSONValue.int))
    document["parameters"] = .int(summary.parameters)
    document["refitted"] = .bool(summary.isRefitted)
    document["refit_obstacle"] = JSONValue(summary.refitObstacle?.description)
    document["files"] = .array(exported.files.map(JSONValue.string))
    try Console.print(JSONWriter.text(.object(document), layout: .indented))
  }

  /// Human-readable contents of the exported folder.
  private func what(_ summary: FolderPlan.Summary) -> String {
    guard let expert = summary.expert else {
      return "\(summary.experts) experts " + (summary.hasRouters ? "with" : "without") + " routers"
    }
    return "expert \(expert) as \(summary.isDeciLM ? "DeciLM" : "a plain model"), "
      + "\(HumanText.spread(summary.widths)) neurons a layer"
      + Self.words(summary.isRefitted, summary.refitObstacle)
  }

  /// Words about a refit, or about its absence where one was wanted.
  static func words(_ isRefitted: Bool, _ obstacle: RefitObstacle?) -> String {
    if let obstacle { return ", not refitted (\(obstacle))" }
    return isRefitted ? ", refitted" : ""
  }

  var refitChoice: ExpertRefit.Choice {
    switch refit {
    case nil: .ifPossible
    case true?: .always
    case false?: .never
    }
  }

  /// Exports in a form; prints the number of bytes read if verbose.
  func run<Form: ExportForm>(
    _ form: Form, on checkpoint: Checkpoint, _ line: ProgressLine
  ) throws -> ExportRun<Form>.Exported {
    let exported = try ExportRun(
      try ExportRequest(
        checkpoint, outputPath: output, force: force, generator: Version.generator), as: form
    ).run(common.context(line))
    line.finish()
    if common.verbose {
      Console.error(
        "Read: \(HumanText.count(exported.bytesRead)) of \(HumanText.count(exported.sourceBytes)) bytes"
      )
    }
    return exported
  }

  /// The report given by `--report`, or else the one beside the file; nil if neither exists.
  private func cardReport() throws -> CardReport? {
    if let report { return try CardReport(path: report) }
    guard let path = CardReport.path(beside: file), Folder.exists(path) else { return nil }
    return try CardReport(path: path)
  }

  /// This command for the model card, with paths reduced to names so that no local path leaks.
  private var command: [String] {
    var words = ["dynamoe", "export", Folder.name(of: file), "--format", format.rawValue]
    if let expert { words += ["--expert", expert.text] }
    if let refit { words.append(refit ? "--refit" : "--no-refit") }
    if let base = base.base { words += ["--base", Folder.name(of: base)] }
    return words + ["-o", Folder.name(of: output)]
  }
}
