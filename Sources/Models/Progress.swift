/// Where a long piece of work reports how far it has come.
package struct Progress: Sendable {
  /// A step of the work: `done` of `total` units.
  package struct Step: Sendable {
    package let phase: String
    package let unit: String
    package let done: Int
    package let total: Int
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

  package func estimate(_ estimates: [WorkEstimate]) {
    receiveEstimate(estimates.reduce(0) { $0 + $1.seconds })
  }

  package func report(_ phase: String, unit: String, done: Int, of total: Int) {
    receive(Step(phase: phase, unit: unit, done: done, total: total))
  }
}
