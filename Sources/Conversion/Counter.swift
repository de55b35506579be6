import Synchronization

/// Counts what several threads finish.
final class Counter: Sendable {
  private let value = Atomic(0)

  func increment() -> Int { value.wrappingAdd(1, ordering: .relaxed).newValue }
}
