import ArgumentParser
import ByteIO
import Reports

struct Report: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Render a calibration report as an HTML page.",
    discussion: """
      The page shows the cost and quality of each size of a model. It is one self-contained HTML \
      file. partition writes it too; this command makes it from any report.

      EXAMPLES
        dynamoe report model.report.json -o model.report.html
        dynamoe report model.report.json -o model.report.html --force
      """)

  @Argument(help: "A report that partition wrote.")
  var report: String

  @Option(name: .shortAndLong, help: ArgumentHelp("The page to write.", valueName: "page.html"))
  var output: String

  @Flag(help: "Replace the output if it exists.")
  var force = false

  @OptionGroup var common: GlobalOptions

  func run() throws {
    try Folder.checkOutput(output, inputs: [report] + common.inputs, force: force)
    let page = try ReportPage(path: report).bytes
    try AtomicFile.write(page, to: output)
    try Console.print("\(Escaping.terminal(output)): \(HumanText.bytes(page.count))")
  }
}
