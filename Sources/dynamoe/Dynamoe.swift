import ArgumentParser
import ByteIO
import DynamoeKit
import Kernels
import Reports

/// The program and its subcommands.
@main
struct Dynamoe: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dynamoe",
    abstract: "Turn a dense language model into nested experts, and check every bit of it.",
    discussion: """
      EXAMPLES
        dynamoe inspect Llama-3.2-1B/
        dynamoe partition Llama-3.2-1B/ -o llama.dmoe --text calibration.txt
        dynamoe validate llama.dmoe --against Llama-3.2-1B/
        dynamoe evaluate llama.dmoe --text held-out.txt
        dynamoe show llama.dmoe --text poem.txt
        dynamoe export llama.dmoe --format hf --expert 50% -o llama-half

      EXIT CODES
        0 done · 1 a check failed · 64 wrong usage · 65 malformed or unsupported data
        66 input missing or unreadable · 73 output exists or cannot be created
        74 input/output error · 130 interrupted
      """,
    version: Version.text,
    subcommands: [
      Inspect.self, Calibrate.self, Merge.self, PartitionCommand.self, Validate.self, Evaluate.self,
      Show.self, Export.self, Import.self, Report.self,
    ])

  static func main() {
    StandardDescriptors.fillClosed()
    TemporaryFiles.ignoreWriteSignals()
    do {
      if let word = ProcessEnvironment.unreadableArgument {
        throw DynamoeError(
          .usage, "\(word): expected UTF-8; rename the file, or give a link to it")
      }
      var command = try parseAsRoot()
      // Restarts happen before any input is read. Commands that run no model skip the kernel
      // choice.
      let model = (command as? any RunsModel).flatMap { $0.mayRunModel ? $0 : nil }
      if model != nil { ProductLibrary.restartWithBestKernels() }
      ProductLibrary.restartWithoutThreads()
      Exhaustion.end(
        with: DynamoeError.Category.inputOutput.rawValue, saying: Advice.outOfMemory)
      try makeRoom(for: command, threads: model?.common.threadCount ?? 0)
      TemporaryFiles.removeOnInterruption(exitCode: ExitStatus.interrupted.code)
      // Every command prints a result: no long work for a result that cannot be printed.
      try StandardOutput.checkOpen()
      try command.run()
    } catch {
      let isVerbose = isVerboseVersion(error)
      if isVerbose { ProductLibrary.restartWithBestKernels() }
      exit(reporting: error, insteadSaying: isVerbose ? Version.lines : nil)
    }
  }

  /// Descriptors besides those of inputs and outputs: Dispatch's, the pipe of signals.
  private static let descriptors = 8

  /// Fails if the system grants fewer descriptors or threads than any run takes; under an
  /// address-space limit, allocates the buffers of OpenBLAS up front, or fails.
  ///
  /// Dispatch traps without descriptors and waits forever for a thread, OpenBLAS for a buffer.
  private static func makeRoom(
    for command: any ParsableCommand, threads: Int
  ) throws(DynamoeError) {
    guard ProcessLimits.hasDescriptors(descriptors) else {
      throw DynamoeError(
        .inputOutput,
        "open files: expected room for at least \(descriptors) more, found less; raise the limit "
          + "(ulimit -n)")
    }
    // Dispatch has two of its own.
    let started = ((command as? any TakesGlobalOptions)?.common.threadCount ?? 1) + 2
    guard ProcessLimits.hasThreads(started) else {
      throw DynamoeError(
        .inputOutput,
        "threads: expected room for \(started) more, found less; raise the limit (ulimit -u), or "
          + "use fewer --threads")
    }
    guard let limit = AddressSpace.limit else { return }
    let needed = (96 << 20) + ProductLibrary.addresses(threads: threads)
    guard AddressSpace.hasRoom(for: needed) else {
      throw DynamoeError(
        .inputOutput,
        "the address space limit (ulimit -v) is \(HumanText.bytes(limit)): expected room for "
          + "\(HumanText.bytes(needed)) at start; raise the limit, or use fewer --threads")
    }
    ProductLibrary.makeBuffers(threads: threads)
  }

  /// Whether both `--version` and `--verbose` were given.
  private static func isVerboseVersion(_ error: any Error) -> Bool {
    CommandLine.arguments.contains("--verbose") && exitCode(for: error).isSuccess
      && message(of: error) == Version.text
  }

  /// Text of an error of the parser, wrapped for the terminal.
  ///
  /// Below some width the parser drops text, or traps in a debug build.
  private static func message(of error: any Error) -> String {
    let asked = ProcessEnvironment.value(of: "COLUMNS").flatMap { Int($0) }
    let columns = asked ?? StandardOutput.terminalColumns
    return fullMessage(for: error, columns: columns.map { min(max($0, 40), 1000) })
  }

  /// Prints the error on one line and exits with its code.
  ///
  /// Help, version and completion scripts arrive as errors of the parser, too; `lines` replaces
  /// their text.
  private static func exit(
    reporting error: any Error, insteadSaying lines: [String]? = nil
  ) -> Never {
    guard let status = ExitStatus(error) else {
      let message = message(of: error)
      if exitCode(for: error).isSuccess {
        do {
          try Console.print(lines ?? [message])
        } catch {
          exit(reporting: error)
        }
        exit(withError: exitCode(for: error))
      }
      guard !message.isEmpty else { exit(withError: error) }
      // The message repeats arguments, which may be file names expanded by a shell: escape them.
      for line in message.split(separator: "\n", omittingEmptySubsequences: false) {
        Console.error(Escaping.terminal(String(line)))
      }
      exit(withError: exitCode(for: error))
    }
    Console.error("dynamoe: \(status.message)")
    exit(withError: ArgumentParser.ExitCode(status.code))
  }
}
