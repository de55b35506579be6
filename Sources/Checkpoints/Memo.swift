import Synchronization

/// Value that is computed on first use and shared by all copies of its owner.
final class Memo<Value: Sendable>: Sendable {
  private let stored = Mutex<Value?>(nil)

  /// The value; `make` runs again only if it threw before.
  func value<Failure: Error>(_ make: () throws(Failure) -> Value) throws(Failure) -> Value {
    if let value = stored.withLock({ $0 }) { return value }
    // Outside the lock, because it takes long; a second thread computes the same value.
    let value = try make()
    stored.withLock { $0 = value }
    return value
  }
}
