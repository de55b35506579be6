/// Receiver of progress reports from long-running work.
package struct Progress: Sendable {
  /// State of the work: `done` of `total` units.
  package struct Step: Sendable {
    package let phase: String
    package let unit: String
    package let done: Int
    package let total: Int
    /// Number of tokens that pass through each unit; nil if none do.
    package var tokens: Int?
  }

  /// Progress of a sweep over the layers.
  package struct Sweep: Sendable {
    fileprivate let progress: Progress
    fileprivate let stage: Stage
    fileprivate let layers: Int
    fileprivate let tokens: Int

    package func done(_ layers: Int) {
      progress.receive(
        Step(
          phase: stage.name, unit: stage.unit.rawValue, done: layers, total: self.layers,
          tokens: tokens))
    }
  }

  /// Reports the start of a sweep, in which `tokens` tokens pass through every layer.
  package func layers(_ stage: Stage, of layers: Int, tokens: Int) -> Sweep {
    let sweep = Sweep(progress: self, stage: stage, layers: layers, tokens: tokens)
    sweep.done(0)
    return sweep
  }

  private let receive: @Sendable (Step) -> Void
  private let receiveEstimate: @Sendable (StageList) -> Void
  private let receiveNote: @Sendable (String) -> Void

  /// - Parameters:
  ///   - receive: called for every step.
  ///   - receiveEstimate: called with the stages and their costs before the work begins.
  ///   - receiveNote: called with remarks on the inputs, one line each.
  package init(
    _ receive: @escaping @Sendable (Step) -> Void,
    estimate receiveEstimate: @escaping @Sendable (StageList) -> Void = { _ in },
    note receiveNote: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.receive = receive
    self.receiveEstimate = receiveEstimate
    self.receiveNote = receiveNote
  }

  package static let ignored = Progress { _ in }

  /// Reports stages that are about to run, with their estimated costs.
  package func estimate(_ stages: StageList) { receiveEstimate(stages) }

  /// Reports remarks on an input, such as which of its files were read.
  package func note(_ notes: [String], on path: String) {
    for note in notes { receiveNote("\(path): \(note)") }
  }

  /// Reports `done` of `total` units of a stage through which no tokens pass.
  package func report(_ stage: Stage, done: Int, of total: Int) {
    receive(Step(phase: stage.name, unit: stage.unit.rawValue, done: done, total: total))
  }
}
