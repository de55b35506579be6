import ArgumentParser
import Checkpoints
import Kernels
import Work

/// Option for the dense checkpoint that holds the weights of an overlay.
struct BaseOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The dense checkpoint that an overlay was made from; its tensors are compared first.",
      valueName: "model"))
  var base: String?

  /// Opens the checkpoint at a path, over its base if one was given.
  func checkpoint(
    _ path: String, _ common: GlobalOptions, _ line: ProgressLine
  ) throws -> Checkpoint {
    let checkpoint = try Checkpoint(path: path, family: common.family)
    guard let base else { return checkpoint }
    guard checkpoint.isOverlay else {
      throw ValidationError("--base: \(path) is no overlay, it needs no other checkpoint")
    }
    return try checkpoint.on(base: base, common.context(line))
  }
}
