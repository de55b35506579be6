package import Checkpoints
package import Containers
package import DMOE
package import Work

/// Export form of a container or of a part of it; a value holds the choices of the form.
package protocol ExportForm: Sendable {
  associatedtype Plan: ExportPlan

  /// Plans an export; nothing is written yet.
  ///
  /// - Throws: an error for anything that the form cannot hold.
  func plan(_ request: ExportRequest) throws -> Plan
}

/// Planned export; the output is known except for its bytes.
package protocol ExportPlan: Sendable {
  /// Description of the output, for users.
  associatedtype Summary: Sendable

  var summary: Summary { get }
  /// Stages that write the output, in order.
  var stages: StageList { get }

  /// Checks that the output can be created, or replaced, and is none of the inputs.
  func checkOutput() throws

  /// Writes the output under a temporary name.
  func write(_ context: Context) throws -> PendingOutput
}

/// Container to export, and the place of the output.
package struct ExportRequest: Sendable {
  package let checkpoint: Checkpoint
  /// The container in the checkpoint.
  package let container: DMOEReader
  package let outputPath: String
  /// Whether an existing output is replaced.
  package let force: Bool
  /// Name and version of the program.
  package let generator: String

  /// - Throws: ``ContainerError/notContainer(path:)`` for a dense checkpoint.
  package init(
    _ checkpoint: Checkpoint, outputPath: String, force: Bool, generator: String
  ) throws(ContainerError) {
    guard let container = checkpoint.container else {
      throw .notContainer(path: checkpoint.path)
    }
    self.checkpoint = checkpoint
    self.container = container
    self.outputPath = outputPath
    self.force = force
    self.generator = generator
  }

  /// Paths that an output must not replace.
  var inputs: [String] { checkpoint.ownedPaths + [checkpoint.path] }
}
