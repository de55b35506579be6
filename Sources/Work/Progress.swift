/// Where a long piece of work reports how far it has come.
package struct Progress: Sendable {
  /// A step of the work: `done` of `total` units.
  package struct Step: Sendable {
    package let phase: String
    package let unit: String
    package let done: Int
    package let total: Int
    /// How many tokens go through each unit; nil where it is none.
    package var tokens: Int?
  }

  /// A sweep over the layers.
  package struct Sweep: Sendable {
    fileprivate let progress: Progress
    fileprivate let phase: String
    fileprivate let layers: Int
    fileprivate let tokens: Int

    package func done(_ layers: Int) {
      progress.receive(
        Step(phase: phase, unit: "layers", done: layers, total: self.layers, tokens: tokens))
    }
  }

  /// Reports that a sweep begins, through which so many tokens go.
  package func layers(_ phase: String, of layers: Int, tokens: Int) -> Sweep {
    let sweep = Sweep(progress: self, phase: phase, layers: layers, tokens: tokens)
    sweep.done(0)
    return sweep
  }

  private let receive: @Sendable (Step) -> Void
  private let receiveEstimate: @Sendable (_ seconds: Double) -> Void

  /// - Parameters:
  ///   - receive: gets every step.
  ///   - receiveEstimate: gets how long the work will take, before it begins.
  package init(
    _ receive: @escaping @Sendable (Step) -> Void,
    estimate receiveEstimate: @escaping @Sendable (_ seconds: Double) -> Void = { _ in }
  ) {
    self.receive = receive
    self.receiveEstimate = receiveEstimate
  }

  package static let ignored = Progress { _ in }

  package func estimate(seconds: Double) { receiveEstimate(seconds) }

  package func report(_ phase: String, unit: String, done: Int, of total: Int) {
    receive(Step(phase: phase, unit: unit, done: done, total: total))
  }
}
