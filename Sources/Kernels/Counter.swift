import Synchronization

/// Counter shared by several threads.
package final class Counter: Sendable {
  private let value = Atomic(0)

  package init() {}

  /// Adds one; returns the new count.
  package func increment() -> Int { add(1) }

  /// Adds `count`; returns the new count.
  package func add(_ count: Int) -> Int { value.wrappingAdd(count, ordering: .relaxed).newValue }
}
