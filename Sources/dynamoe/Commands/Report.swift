import ArgumentParser
import ByteIO
import Reports

struct Report: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Make the page of a calibration report.",
    discussion: """
      The page shows what each size of a model costs and keeps. It is one file of HTML that needs \
      nothing beside itself. partition writes it too; here it comes from any report.

      EXAMPLES
        dynamoe report model.report.json -o model.report.html
        dynamoe report model.report.json -o model.report.html --force
      """)

  @Argument(help: "A report, as partition writes it.")
  var report: String

  @Option(name: .shortAndLong, help: ArgumentHelp("The page to write.", valueName: "page.html"))
  var output: String

  @Flag(help: "Replace the output if it exists.")
  var force = false

  @OptionGroup var common: GlobalOptions

  func run() throws {
    try Folder.checkOutput(output, inputs: [report], force: force)
    let page = try ReportPage(path: report).bytes
    try AtomicFile.write(page, to: output)
    try Console.print("\(Escaping.terminal(output)): \(HumanText.bytes(page.count))")
  }
}
