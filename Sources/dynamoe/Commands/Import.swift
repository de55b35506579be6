import ArgumentParser
import DMOE
import Forms
import JSON
import Reports

struct Import: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Convert an exported folder with routers to a .dmoe, for example after fine-tuning.",
    discussion: """
      export --format hf, without --expert, writes a folder that Transformers runs and trains. The \
      new .dmoe has the experts, weights, routers, compensation and budgets of the folder, which \
      Transformers may have saved again in other shards and other types. Its dense model has the \
      source's order of neurons, as before.

      EXAMPLES
        dynamoe export model.dmoe --format hf -o routed
        torchrun --nproc-per-node 8 routed/finetune.py --text corpus.txt -o tuned
        dynamoe import tuned -o tuned.dmoe
        dynamoe validate tuned.dmoe
        dynamoe evaluate tuned.dmoe --text held-out.txt
      """)

  @Argument(help: "The folder, with config.json and safetensors.")
  var folder: String

  @Option(name: .shortAndLong, help: ArgumentHelp("The file to write.", valueName: "out.dmoe"))
  var output: String

  @Option(
    help: "Compression of weights; lossless needs about two thirds of the bytes.")
  var compression: DMOECompression = .lossless

  @Flag(help: "Replace the output if it exists.")
  var force = false

  @Flag(help: "Print one JSON document.")
  var json = false

  @OptionGroup var common: GlobalOptions

  func run() throws {
    let line = common.progressLine
    let result = try FolderImport(
      path: folder, familyPath: common.family, outputPath: output, compression: compression,
      force: force, generator: Version.generator
    ).run(common.context(line))
    line.finish()
    let experts = result.widths.first?.count ?? 0
    guard json else {
      return try Console.print(
        "\(Escaping.terminal(output)): \(experts) experts in \(result.widths.count) layers, "
          + (result.router.map { "\($0) routers" } ?? "no routers")
          + ", \(HumanText.bytes(result.bytes)) of \(HumanText.bytes(result.sourceBytes))")
    }
    try Console.print(
      JSONWriter.text(
        [
          "output": .string(output), "bytes": .int(result.bytes),
          "source_bytes": .int(result.sourceBytes), "experts": .int(experts),
          "router": JSONValue(result.router),
          "layers": .array(
            result.widths.enumerated().map { index, widths in
              ["layer": .int(index), "widths": .array(widths.map(JSONValue.int))]
            }),
        ], layout: .indented))
  }
}
