import ArgumentParser
import Checkpoints
import Kernels
import Work

/// Option for the dense checkpoint that holds the weights of an overlay.
struct BaseOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The source checkpoint of an overlay; its tensors are verified first.",
      valueName: "model"))
  var base: String?

  /// Opens the checkpoint at a path, over its base if one was given.
  func checkpoint(
    _ path: String, _ common: GlobalOptions, _ line: ProgressLine
  ) throws -> Checkpoint {
    let checkpoint = try Checkpoint(path: path, family: common.family)
    guard let base else { return checkpoint }
    guard checkpoint.isOverlay else {
      throw ValidationError("--base: \(path) is not an overlay and needs no other checkpoint")
    }
    return try checkpoint.on(base: base, common.context(line))
  }
}
