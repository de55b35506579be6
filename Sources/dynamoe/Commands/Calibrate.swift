import ArgumentParser
import ByteIO
import Calibration
import Checkpoints
import Containers
import Pipelines
import Reports
import Running
import Work

struct Calibrate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Sum up how strongly every neuron fires on a text.",
    discussion: """
      The statistics are a small safetensors file. Those of several parts of a text add up: \
      calibrate each part with --data-shard, on as many machines as there are, and merge them.

      EXAMPLES
        dynamoe calibrate model/ --text calibration.txt -o model.stats
        dynamoe calibrate model/ --text c.txt --data-shard 1/4 -o part1.stats
      """)

  @Argument(help: "The dense checkpoint: a safetensors file or folder.")
  var model: String

  @Option(name: .shortAndLong, help: ArgumentHelp("The statistics to write.", valueName: "stats"))
  var output: String

  @Option(
    help: ArgumentHelp("Take stretch I of N equal ones of the text.", valueName: "i/n"),
    transform: { text in
      guard let shard = DataShard(text) else {
        throw ValidationError("--data-shard \(text): expected I/N with I from 1 to N")
      }
      return shard
    })
  var dataShard: DataShard = .whole

  @Flag(help: "Replace the output if it exists.")
  var force = false

  @OptionGroup(title: "Text") var text: TextOptions
  @OptionGroup var common: GlobalOptions

  func run() throws {
    let request = try text.requiredRequest()
    let model = try Model(path: self.model, family: common.family)
    guard model.checkpoint.container == nil else {
      throw PipelineError.alreadyConverted(path: self.model)
    }
    try Folder.checkOutput(
      output, inputs: model.checkpoint.ownedPaths + request.paths, force: force)
    let tokens = try TextTokens(
      request, model: model,
      limit: request.maximumTokens ?? TextRequest.defaultCalibrationTokens)
    let line = common.progressLine
    let parallel = common.parallel
    line.progress.estimate([
      WorkEstimate(
        model, positions: tokens.tokens.count / dataShard.count, streams: 1, withOutput: false,
        parallel: parallel)
    ])
    let statistics = try Calibrator(
      model: model, parallel: parallel, progress: line.progress,
      workspace: Workspace(memory: common.memoryBytes, folder: Folder.parent(of: output))
    )
    .statistics(of: tokens, shard: dataShard)
    try model.checkpoint.checkUnchanged()
    try statistics.write(to: output)
    line.finish()
    try Console.print(
      "\(Escaping.terminal(output)): \(HumanText.count(statistics.tokens)) tokens, "
        + "\(statistics.layers.count) layers")
  }
}
