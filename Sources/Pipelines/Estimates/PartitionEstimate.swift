package import Work

/// Estimated cost of a partition, stage by stage.
package struct PartitionEstimate: Sendable {
  package let stages: StageList
  private let isResumable: Bool

  init(_ stages: StageList, isResumable: Bool) {
    self.stages = stages
    self.isResumable = isResumable
  }

  /// Sweeps in order, then writing.
  package var phases: [Stage] { stages.sweeps + stages.filter { $0.unit != .layers } }

  package var seconds: Double { stages.seconds }
  package var memory: Int { stages.memory }
  /// Bytes on disk at a time; resumable work keeps everything until it is done.
  package var scratch: Int { stages.scratch(isResumable: isResumable) }
  /// Number of passes over the weights to run text.
  package var sweeps: Int { stages.sweeps.count }
}
