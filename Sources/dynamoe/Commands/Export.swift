import ArgumentParser
import Conversion
import JSON
import Reports

extension ExpertSelection: ExpressibleByArgument {
  /// As `--expert` takes it.
  public init?(argument: String) { self.init(argument) }
}

/// The forms in which a converted model goes out.
enum ExportFormat: String, ExpressibleByArgument, CaseIterable {
  case dmoe
}

struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write a converted model, or its smaller experts, in another form.",
    discussion: """
      As dmoe: a file of its own with the experts up to the one that is named, their routers and their \
      compensation. The end of a .dmoe can also just be cut off, at the lengths that inspect tells. \
      An overlay gets its weights from the checkpoint that it was made from (--base).

      EXAMPLES
        dynamoe export model.dmoe --format dmoe --expert 3 -o small.dmoe
        dynamoe export model.dmoe --format dmoe --expert 50% -o half.dmoe
        dynamoe export overlay.dmoe --base model --format dmoe --expert dense -o model.dmoe
      """)

  @Argument(help: ArgumentHelp("The converted model.", valueName: "file.dmoe"))
  var file: String

  @Option(help: "What to write.")
  var format: ExportFormat

  @Option(
    help: ArgumentHelp(
      "The largest expert to keep: its number, its share of the neurons as 50%, or dense.",
      valueName: "expert"))
  var expert: ExpertSelection

  @Option(name: .shortAndLong, help: ArgumentHelp("The file to write.", valueName: "out"))
  var output: String

  @Flag(help: "Replace the output if it exists.")
  var force = false

  @Flag(help: "Print one JSON document.")
  var json = false

  @OptionGroup var base: BaseOption
  @OptionGroup var common: GlobalOptions

  func run() throws {
    let line = common.progressLine
    let checkpoint = try base.checkpoint(
      file, parallel: common.parallel, progress: line.progress)
    let result = try PartExport(
      checkpoint: checkpoint, outputPath: output, expert: expert, force: force,
      generator: Version.generator
    ).run(parallel: common.parallel, progress: line.progress)
    line.finish()
    if common.verbose {
      Console.error(
        "Read: \(HumanText.count(result.bytesRead)) of \(HumanText.count(result.sourceBytes)) bytes"
      )
    }
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
}
