import ArgumentParser

/// A command that may run a model, so that the kernels of products matter.
protocol RunsModel: ParsableCommand {
  var common: GlobalOptions { get }
}

extension Calibrate: RunsModel {}
extension PartitionCommand: RunsModel {}
extension Validate: RunsModel {}
extension Evaluate: RunsModel {}
extension Show: RunsModel {}
