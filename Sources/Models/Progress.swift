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

  package init(_ receive: @escaping @Sendable (Step) -> Void) { self.receive = receive }

  package static let ignored = Progress { _ in }

  package func report(_ phase: String, unit: String, done: Int, of total: Int) {
    receive(Step(phase: phase, unit: unit, done: done, total: total))
  }
}
