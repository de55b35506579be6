import ArgumentParser

/// A command with the options of every command.
protocol TakesGlobalOptions: ParsableCommand {
  var common: GlobalOptions { get }
}

extension Inspect: TakesGlobalOptions {}
extension Merge: TakesGlobalOptions {}
extension Import: TakesGlobalOptions {}
extension Report: TakesGlobalOptions {}

/// A command that may run a model, so that the kernels of products matter.
protocol RunsModel: TakesGlobalOptions {
  /// Whether it may with the options that were given; true by default.
  var mayRunModel: Bool { get }
}

extension RunsModel {
  var mayRunModel: Bool { true }
}

extension Calibrate: RunsModel {}
extension PartitionCommand: RunsModel {}
extension Validate: RunsModel {}
extension Evaluate: RunsModel {}
extension Show: RunsModel {}
extension Export: RunsModel {
  /// Refits run the model.
  var mayRunModel: Bool { format != .dmoe && expert != nil && refit != false }
}
