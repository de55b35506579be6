import Synchronization

/// Counts what several threads finish.
package final class Counter: Sendable {
  private let value = Atomic(0)

  package init() {}

  /// The count after one more.
  package func increment() -> Int { add(1) }

  /// The count after so many more.
  package func add(_ count: Int) -> Int { value.wrappingAdd(count, ordering: .relaxed).newValue }
}
