import ArgumentParser
import ByteIO
import Calibration
import Reports

struct Merge: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Add up statistics of several parts of a text, or of several texts.",
    discussion: """
      All files must be of the same model, and no part may occur twice.

      EXAMPLES
        dynamoe merge part1.stats part2.stats part3.stats part4.stats -o model.stats
      """)

  @Argument(help: "Statistics files that calibrate wrote.")
  var statistics: [String]

  @Option(name: .shortAndLong, help: ArgumentHelp("The merged file to write.", valueName: "stats"))
  var output: String

  @Flag(help: "Replace the output if it exists.")
  var force = false

  @OptionGroup var common: GlobalOptions

  func run() throws {
    try Folder.checkOutput(output, inputs: statistics + common.inputs, force: force)
    var sum = try NeuronStatistics(path: statistics[0])
    for path in statistics.dropFirst() {
      try sum.merge(NeuronStatistics(path: path), path: path)
    }
    try sum.write(to: output)
    try Console.print(
      "\(Escaping.terminal(output)): \(HumanText.count(sum.tokens)) tokens of "
        + "\(sum.parts.count) parts")
  }
}
