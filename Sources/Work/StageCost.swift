/// Estimated cost of a stage.
package struct StageCost: Sendable, Equatable {
  /// Elapsed seconds with all threads at work.
  package let seconds: Double
  /// Peak memory in bytes.
  package let memory: Int
  /// Bytes of hidden states on disk; 0 if they fit into memory.
  package let scratch: Int
  /// Bytes of memory that the stage's own data takes from its hidden states.
  package let beside: Int

  package init(seconds: Double = 0, memory: Int = 0, scratch: Int = 0, beside: Int = 0) {
    self.beside = beside
    self.seconds = seconds
    self.memory = memory
    self.scratch = scratch
  }
}
