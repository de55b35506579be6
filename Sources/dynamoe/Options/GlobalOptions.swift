import ArgumentParser
import ByteIO
import Kernels
import Work

enum ProgressChoice: String, ExpressibleByArgument, CaseIterable {
  case auto, plain, none
}

enum ColorChoice: String, ExpressibleByArgument, CaseIterable {
  case auto, always, never
}

/// Options of every command.
struct GlobalOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Number of threads (default: all processors).", valueName: "n"))
  var threads: Int?

  @Option(
    help: ArgumentHelp(
      "A description of the model's family, if it is not a known one.",
      valueName: "file"))
  var family: String?

  @Option(
    help: ArgumentHelp(
      "Memory to use, such as 800M or 16G; hidden states that do not fit go to a scratch file "
        + "(default: half of the machine's).", valueName: "bytes"),
    transform: { text in
      guard let size = ByteCount(argument: text) else {
        throw ValidationError("--memory \(text): expected a number of bytes, such as 800M or 16G")
      }
      return size
    })
  var memory: ByteCount?

  @Option(help: "Progress on standard error; auto shows it on a terminal only.")
  var progress: ProgressChoice = .auto

  @Option(help: "Colour of the output; auto obeys NO_COLOR and TERM.")
  var color: ColorChoice = .auto

  @Flag(help: "Print the duration of each phase.")
  var verbose = false

  func validate() throws {
    guard let threads else { return }
    guard (1...1024).contains(threads) else {
      throw ValidationError("--threads \(threads): expected a number from 1 to 1024")
    }
  }

  /// Files that these options name.
  var inputs: [String] { [family].compactMap(\.self) }
  var parallel: Parallel { Parallel(threads: threadCount) }
  var threadCount: Int { threads ?? Processors.available }
  var memoryBytes: Int { memory?.bytes ?? Processors.memory / 2 }
  /// Workspace of commands without an output: scratch files go to the temporary folder.
  var workspace: Workspace { Workspace(memory: memoryBytes, folder: Folder.temporary) }
  /// Work that reports to a line, and writes nothing but scratch files.
  func context(_ line: ProgressLine) -> Context {
    Context(parallel, progress: line.progress, workspace: workspace)
  }
  var style: Style { Style(color) }
  var progressLine: ProgressLine { ProgressLine(progress, verbose: verbose) }
}
