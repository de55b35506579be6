import ArgumentParser
import Inspection
import JSON

struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List the contents of a checkpoint or a .dmoe.",
    discussion: """
      Recognises safetensors (a file, or a folder with shards), GGUF (a file, or any part of a \
      split one) and .dmoe by their first bytes. Reads only headers, unless --statistics is given.

      EXAMPLES
        dynamoe inspect model/
        dynamoe inspect model/ --tensors
        dynamoe inspect model.gguf --metadata tokenizer.chat_template
        dynamoe inspect model.dmoe --json
      """)

  @Argument(help: "A checkpoint's file or folder, or a .dmoe.")
  var path: String

  @Flag(help: "List every tensor.")
  var tensors = false

  @Flag(help: "Read all values: extremes, mean, deviation, zeros, NaN and infinities.")
  var statistics = false

  @Option(
    help: ArgumentHelp("Print the whole value of one metadata key.", valueName: "key"))
  var metadata: String?

  @Flag(help: "Print one JSON document.")
  var json = false

  @OptionGroup var base: BaseOption
  @OptionGroup var common: GlobalOptions

  func run() throws {
    let line = common.progressLine
    let checkpoint = try base.checkpoint(
      path, common, line)
    if let metadata {
      let (type, value) = try MetadataSummary.value(of: metadata, in: checkpoint)
      line.finish()
      return try Console.print(
        json
          ? [
            JSONWriter.text(
              ["key": .string(metadata), "type": .string(type), "value": value], layout: .indented)
          ] : MetadataText.lines(of: value))
    }
    let inspection = try Inspection(
      checkpoint, withStatistics: statistics, common.context(line))
    line.finish()
    if json {
      try Console.print(JSONWriter.text(inspection.document, layout: .indented))
    } else {
      let text = InspectionText(inspection, style: common.style)
      try Console.print(tensors || statistics ? text.everyTensor : text.summary)
    }
  }
}
