import ArgumentParser
import Calibration
import Pipelines
import Reports

struct Calibrate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure how strongly each neuron fires on a text.",
    discussion: """
      The statistics are a small safetensors file. Statistics of several parts of a text add up: \
      calibrate the parts with --data-shard, possibly on several machines, and merge the files.

      EXAMPLES
        dynamoe calibrate model/ --text calibration.txt -o model.stats
        dynamoe calibrate model/ --text c.txt --data-shard 1/4 -o part1.stats
      """)

  @Argument(help: "The dense checkpoint: safetensors (file or folder) or GGUF.")
  var model: String

  @Option(name: .shortAndLong, help: ArgumentHelp("The statistics to write.", valueName: "stats"))
  var output: String

  @Option(
    help: ArgumentHelp("Use only part I of N equal parts of the text.", valueName: "i/n"),
    transform: { text in
      guard let shard = DataShard(text) else {
        throw ValidationError("--data-shard \(text): expected I/N with I from 1 to N")
      }
      return shard
    })
  var dataShard: DataShard = .whole

  @Flag(help: "Replace the output if it exists.")
  var force = false

  @OptionGroup var products: PrecisionOption
  @OptionGroup(title: "Text") var text: TextOptions
  @OptionGroup var common: GlobalOptions

  func run() throws {
    let line = common.progressLine
    let statistics = try CalibrateRun(
      modelPath: model, familyPath: common.family, text: try text.requiredRequest(),
      shard: dataShard, outputPath: output, force: force, precision: products.precision
    ).run(common.context(line))
    line.finish()
    try Console.print(
      "\(Escaping.terminal(output)): \(HumanText.count(statistics.tokens)) tokens, "
        + "\(statistics.layers.count) layers")
  }
}
