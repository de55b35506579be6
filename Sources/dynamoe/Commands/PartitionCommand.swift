import ArgumentParser
import ByteIO
import Calibration
import Containers
import DMOE
import Experts
import JSON
import Pipelines
import Reports

extension DMOECompression: ExpressibleByArgument {}
extension RingEncoding: ExpressibleByArgument {}
extension Importance: ExpressibleByArgument {}
extension Recipe: ExpressibleByArgument {}

struct PartitionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "partition",
    abstract: "Rank the neurons of a model, nest them as experts, and write one .dmoe.",
    discussion: """
      Neurons are ranked by their activations on calibration text, by statistics of such text \
      (from calibrate, or an importance matrix of llama.cpp), or by their weights alone. Routers, \
      which predict the expert that a token needs, and small maps, which replace the neurons that \
      an expert drops, are fitted to the same text. Part of the text is held out to measure every \
      expert, and routing at several costs. The report gives the cost and quality of each.

      EXAMPLES
        dynamoe partition model/ -o model.dmoe --text calibration.txt
        dynamoe partition model/ -o model.dmoe --calibration model.stats --experts 8
        dynamoe partition model/ -o model.dmoe --text calibration.txt --recipe dynamoe
        dynamoe partition model.gguf -o model.dmoe --imatrix model.imatrix.gguf
        dynamoe partition model/ -o model.dmoe --importance weights --experts 2
        dynamoe partition model/ -o model.dmoe --text c.txt --fractions 0.25,0.5,1
        dynamoe partition model/ -o model.dmoe --text c.txt --show-text poem.txt
        dynamoe partition model/ -o overlay.dmoe --text c.txt --overlay
        dynamoe partition model/ -o model.dmoe --text c.txt --resume
      """)

  @Argument(help: "The dense checkpoint: safetensors or GGUF, a file or folder.")
  var model: String

  @Option(name: .shortAndLong, help: ArgumentHelp("The file to write.", valueName: "out.dmoe"))
  var output: String

  @Option(
    help: ArgumentHelp("A statistics file that calibrate wrote.", valueName: "stats"))
  var calibration: String?

  @Option(
    help: ArgumentHelp(
      "An importance matrix of this model, made by llama.cpp.", valueName: "file"))
  var imatrix: String?

  @Option(help: "Set of defaults; other options override them one by one.")
  var recipe: Recipe = .residual

  @Option(
    help: "How neurons are ranked (default: greedy in residual, magnitude in dynamoe).")
  var importance: Importance?

  @Option(
    help: ArgumentHelp(
      "Number of experts, whose widths grow in equal steps (default: 8 in residual, 4 in dynamoe).",
      valueName: "n"))
  var experts: Int?

  @Option(
    help: ArgumentHelp(
      "Widths as increasing fractions that end in 1; auto: per layer, the smallest widths that "
        + "hold 50, 75, 90 and 100 % of the importance.",
      valueName: "list"))
  var fractions: String?

  @Option(
    help: ArgumentHelp(
      "Round widths to multiples of n (default: up to 32, as the width allows).", valueName: "n"))
  var align: Int?

  @Option(
    help: "Kind of routers, fitted to the text to choose each token's expert (default: mlp).")
  var router: RouterChoice?

  @Option(
    help: ArgumentHelp(
      "Rank of the map that replaces the neurons an expert drops; 0: none (default: a 32nd of the "
        + "hidden size in residual).", valueName: "n"))
  var compensationRank: Int?

  @Option(
    help: "Whether experts skip the neurons whose gates say that a token needs them least.")
  var skip: SkipChoice?

  @Option(
    help: ArgumentHelp(
      "Number of times to refit compensation and routers to the experts that the routers choose.",
      valueName: "n"))
  var rounds = 0

  @Option(
    help: "Compression of weights; lossless needs about two thirds of the bytes.")
  var compression: DMOECompression = .lossless

  @Flag(
    inversion: .prefixedNo,
    help: ArgumentHelp(
      "Keep calibration tokens in the file, on which experts that run alone are refitted; the text "
        + "can be read from them."))
  var keepTokens = true

  @Flag(
    help: "Write only the plan, routers and compensation; the weights stay in the checkpoint.")
  var overlay = false

  @Option(
    help:
      "Storage of down projections quantised across neurons: whole (keep), or by neuron as the type given."
  )
  var down: RingEncoding = .keep

  @Option(help: ArgumentHelp("Random seed.", valueName: "n"))
  var seed: UInt64 = 0

  @Option(
    help: ArgumentHelp(
      "The report is PREFIX.report.json and .html (default: the output without .dmoe).",
      valueName: "prefix"))
  var report: String?

  @Option(
    help: ArgumentHelp(
      "A text to show in the report with the experts of each token, at most 400 tokens; "
        + "may be repeated.", valueName: "file"))
  var showText: [String] = []

  @Flag(help: "Replace outputs that exist.")
  var force = false

  @Flag(help: "Check everything, print what would be done, and write nothing.")
  var dryRun = false

  @Flag(
    help:
      "Save finished work in OUT.dmoe.resume; the same command resumes it after an interruption."
  )
  var resume = false

  @Flag(help: "Print one JSON document.")
  var json = false

  @OptionGroup var products: PrecisionOption
  @OptionGroup(title: "Text") var text: TextOptions
  @OptionGroup var common: GlobalOptions

  func validate() throws {
    guard experts == nil || fractions == nil else {
      throw ValidationError("--experts and --fractions exclude each other")
    }
    guard calibration == nil || imatrix == nil else {
      throw ValidationError("--calibration and --imatrix exclude each other")
    }
    guard (0...100).contains(rounds) else {
      throw ValidationError("--rounds \(rounds): expected a number from 0 to 100")
    }
  }

  func run() throws {
    let prefix =
      report ?? (output.hasSuffix(".dmoe") ? String(output.dropLast(5)) : output)
    let request = try self.request(reportPath: prefix + ".report.json")
    let partition = Partition(request)
    let line = common.progressLine
    if dryRun {
      let preview = PreviewText(
        try partition.preview(common.context(line), resumes: resume), output: output)
      try Console.print(
        json ? [JSONWriter.text(preview.document, layout: .indented)] : preview.lines)
      return
    }
    let started = ContinuousClock.now
    if resume {
      TemporaryFiles.onInterruption(
        say: "dynamoe: interrupted; the same command continues from the last finished layer "
          + "(\(Escaping.terminal(request.resumptionPath)))")
    }
    let report = try partition.run(common.context(line), resumes: resume)
    line.finish()
    let seconds = (ContinuousClock.now - started) / .seconds(1)
    if json {
      try Console.print(
        JSONWriter.text(document(of: report, request, seconds), layout: .indented))
    } else {
      try Console.print(
        report.summary(withChart: ChartSpace.isThere).map(Escaping.terminal))
      try Console.print("  Report: \(Escaping.terminal(request.pagePath)), and .json beside it")
    }
  }

  private func request(reportPath: String) throws -> PartitionRequest {
    var request = PartitionRequest(
      modelPath: model, outputPath: output, reportPath: reportPath, generator: Version.generator)
    request.familyPath = common.family
    request.text = try text.request()
    request.shownPaths = showText
    request.statisticsPath = calibration
    request.matrixPath = imatrix
    request.recipe = recipe
    request.importance = importance
    request.widths =
      try fractions.map { try ExpertWidths(fractions: $0) }
      ?? experts.map { .equal(experts: $0) }
    request.alignment = align
    request.routers = router ?? .usual
    request.compensationRank = compensationRank
    request.skips = skip.map { $0 == .gate }
    request.rounds = rounds
    request.seed = seed
    request.compression = compression
    request.isOverlay = overlay
    request.keepsTokens = keepTokens
    request.precision = products.precision
    request.down = down
    request.force = force
    return request
  }

  private func document(
    of report: CalibrationReport, _ request: PartitionRequest, _ seconds: Double
  ) -> JSONValue {
    [
      "output": .string(request.outputPath),
      "bytes": .int(report.outputBytes),
      "source_bytes": .int(report.source.bytes),
      "report": .string(request.reportPath),
      "report_page": .string(request.pagePath),
      "layers": .array(
        report.plan.layers.enumerated().map { index, layer in
          ["layer": .int(index), "widths": .array(layer.widths.map(JSONValue.int))]
        }),
      "warnings": .array(report.warnings.map(JSONValue.string)),
      "seconds": .double(seconds),
    ]
  }
}
