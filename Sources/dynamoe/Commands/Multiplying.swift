import ArgumentParser

/// A command that may run a model, whose speed therefore depends on the OpenBLAS kernels.
protocol Multiplying: ParsableCommand {
  var common: GlobalOptions { get }
}

extension Calibrate: Multiplying {}
extension PartitionCommand: Multiplying {}
extension Validate: Multiplying {}
extension Evaluate: Multiplying {}
extension Show: Multiplying {}
