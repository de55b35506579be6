import ArgumentParser
import Checkpoints
import Checks
import JSON

struct Validate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check a .dmoe or a checkpoint, and prove that nothing was lost.",
    discussion: """
      With --against, every tensor of the dense checkpoint is rebuilt and compared bit by bit; a \
      folder or GGUF file that export wrote is compared with its .dmoe in the same way. The exit \
      code is 1 if a check fails, and 65 if the file is malformed or not supported.

      CHECKS
      \(Self.catalogue)

      EXAMPLES
        dynamoe validate model.dmoe --against model/
        dynamoe validate model.dmoe --against model/ --text some.txt --require-complete
        dynamoe validate overlay.dmoe --base model/
        dynamoe validate exported/ --against model.dmoe
        dynamoe validate exported.gguf --against model.dmoe
        dynamoe validate model/ --json
      """)

  /// Identifiers and summaries of all checks, wrapped so that terminals do not wrap them again.
  private static var catalogue: String {
    Validation.catalogue.map { check in
      var lines = ["  \(check.id)", "   "]
      for word in Advice.summary(of: check.summary, for: check.input).split(separator: " ") {
        if lines[lines.count - 1].count + word.count > 74 { lines.append("   ") }
        lines[lines.count - 1] += " " + word
      }
      return lines.joined(separator: "\n")
    }
    .joined(separator: "\n")
  }

  @Argument(help: "A .dmoe, or a checkpoint's file or folder.")
  var path: String

  @Option(
    help: ArgumentHelp(
      "The source to compare with: the dense checkpoint of a .dmoe, or the .dmoe of an exported "
        + "folder or GGUF file.",
      valueName: "model"))
  var against: String?

  @Flag(help: "Fail if the file was cut.")
  var requireComplete = false

  @Flag(help: "Print one JSON document.")
  var json = false

  @OptionGroup(title: "Text") var text: TextOptions
  @OptionGroup var base: BaseOption
  @OptionGroup var common: GlobalOptions

  func run() throws {
    let line = common.progressLine
    let request = try text.request()
    let isExport =
      try against.map {
        try CheckpointFormat(path: $0) == .dmoe && CheckpointFormat(path: path) != .dmoe
      } ?? false
    let checkpoint: Checkpoint
    do {
      // For an exported folder, `--base` belongs to the container it is compared with.
      checkpoint =
        try isExport
        ? Checkpoint(path: path)
        : base.checkpoint(path, common, line)
    } catch {
      if json, ExitStatus(error).map({ $0.code == ExitStatus.data }) ?? false {
        try Console.print(document(of: Validation(unopened: error)))
      }
      throw error
    }
    for (option, isAsked) in [
      ("--against", against != nil && !isExport), ("--text", request != nil),
      ("--require-complete", requireComplete),
    ] where isAsked && checkpoint.container == nil {
      let subject =
        option == "--against" ? "neither \(path) nor \(against ?? "") is" : "\(path) is not"
      throw ValidationError("\(option): \(subject) a .dmoe, so there is nothing to compare")
    }
    let source = try against.map {
      try isExport
        ? base.checkpoint($0, common, line)
        : Checkpoint(path: $0, family: common.family)
    }
    guard isExport || source?.container == nil else {
      throw ValidationError("--against: expected the dense checkpoint, found a .dmoe")
    }
    let validation = Validation(
      checkpoint, against: source, text: request, requiresComplete: requireComplete,
      common.context(line))
    line.finish()
    try Console.print(json ? [document(of: validation)] : lines(of: validation))
    switch validation.verdict {
    case .valid: return
    case .invalid: throw ExitCode(ExitStatus.checkFailed)
    case .unsupported(let error): throw error
    }
  }

  private func lines(of validation: Validation) -> [String] {
    let style = common.style
    let width = validation.results.map(\.id.count).max() ?? 0
    var lines = validation.results.map { result in
      let mark =
        switch result.outcome.status {
        case .passed: style.good("✓")
        case .failed: style.bad("✗")
        case .skipped: style.faint("–")
        }
      let padding = String(repeating: " ", count: width - result.id.count)
      let detail = Escaping.terminal(Advice.detail(of: result.outcome))
      return "\(mark) \(result.id)\(padding)  \(detail)"
    }
    let verdict =
      switch validation.verdict {
      case .valid: style.good("valid")
      case .invalid: style.bad("not valid")
      case .unsupported: "sound as a file, but not supported"
      }
    let cut = validation.isComplete ? "" : ", a cut file"
    lines.append("\(Escaping.terminal(path)): \(verdict)\(cut)")
    return lines
  }

  private func document(of validation: Validation) -> String {
    let valid: JSONValue =
      switch validation.verdict {
      case .valid: true
      case .invalid: false
      case .unsupported: .null
      }
    return JSONWriter.text(
      [
        "valid": valid,
        "complete": .bool(validation.isComplete),
        "checks": .array(
          validation.results.map {
            [
              "id": .string($0.id), "status": .string($0.outcome.status.rawValue),
              "detail": .string(Advice.detail(of: $0.outcome)),
            ]
          }),
      ], layout: .indented)
  }
}
