import ArgumentParser

/// A command that may run a model, and for which the kernels of products matter.
protocol Multiplying: ParsableCommand {
  var common: GlobalOptions { get }
}

extension Calibrate: Multiplying {}
extension PartitionCommand: Multiplying {}
extension Validate: Multiplying {}
extension Evaluate: Multiplying {}
extension Show: Multiplying {}
