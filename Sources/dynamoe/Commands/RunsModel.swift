import ArgumentParser

/// A command with the options of every command.
protocol TakesGlobalOptions: ParsableCommand {
  var common: GlobalOptions { get }
}

extension Inspect: TakesGlobalOptions {}
extension Merge: TakesGlobalOptions {}
extension Export: TakesGlobalOptions {}
extension Import: TakesGlobalOptions {}
extension Report: TakesGlobalOptions {}

/// A command that may run a model, so that the kernels of products matter.
protocol RunsModel: TakesGlobalOptions {}

extension Calibrate: RunsModel {}
extension PartitionCommand: RunsModel {}
extension Validate: RunsModel {}
extension Evaluate: RunsModel {}
extension Show: RunsModel {}
