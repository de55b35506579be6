/// Stages of a pipeline in the order in which they run.
///
/// A pipeline runs a stage only if it is in its list, so that estimates and work cannot differ.
package struct StageList: Sendable, RandomAccessCollection {
  private let stages: [Stage]

  /// - Parameter stages: with unique keys; each after the stages that it needs.
  package init(_ stages: [Stage]) {
    var earlier: Set<String> = []
    for stage in stages {
      for need in stage.needs {
        precondition(earlier.contains(need.key), "\(stage.key) before \(need.key), which it needs")
      }
      precondition(earlier.insert(stage.key).inserted, "two stages \(stage.key)")
    }
    self.stages = stages
  }

  package var startIndex: Int { stages.startIndex }
  package var endIndex: Int { stages.endIndex }
  package subscript(index: Int) -> Stage { stages[index] }

  /// Stage with the key of `stage`, with its needs and cost; nil if it does not run.
  package subscript(stage: Stage) -> Stage? { stages.first { $0.key == stage.key } }

  /// Stages that run text through the layers of a model.
  package var sweeps: [Stage] { stages.filter { $0.unit == .layers } }

  package var seconds: Double { stages.reduce(0) { $0 + $1.cost.seconds } }
  package var memory: Int { stages.map(\.cost.memory).max() ?? 0 }

  /// Bytes of hidden states on disk at a time.
  ///
  /// - Parameter isResumable: whether those of a finished stage stay until all work is done.
  /// - Returns: the sum over all stages, or the largest.
  package func scratch(isResumable: Bool) -> Int {
    let bytes = stages.map(\.cost.scratch)
    return isResumable ? bytes.reduce(0, +) : bytes.max() ?? 0
  }
}
