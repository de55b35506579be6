import ByteIO
import COpenBLAS
import Dispatch
import Synchronization

/// Parallel loop over independent items.
///
/// Items are assigned to threads differently in each run, with the same results: every product in
/// an item runs on one thread. Callers sum over items themselves, in order.
package struct Parallel: Sendable {
  /// One thread.
  package static let serial = Parallel(threads: 1)

  /// Loop for use inside an item: serial while items run in parallel.
  @TaskLocal package static var within = Parallel.serial

  /// Number of threads that work at a time.
  package let threads: Int

  /// - Parameter threads: at least 1.
  package init(threads: Int) {
    precondition(threads > 0, "no threads")
    self.threads = threads
    openblas_set_num_threads(1)
  }

  /// Calls `body` once for each index below `count`; throws the error of the lowest index.
  package func forEach<Failure: Error>(
    _ count: Int, _ body: @Sendable (Int) throws(Failure) -> Void
  ) throws(Failure) {
    let next = Atomic(0)
    let failures = Mutex<[Int: Failure]>([:])
    @Sendable func work() {
      while true {
        let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard index < count else { return }
        do throws(Failure) {
          try body(index)
        } catch {
          failures.withLock { $0[index] = error }
          next.store(count, ordering: .relaxed)
        }
      }
    }
    let workers = min(threads, count)
    if workers > 1, Self.hasRoom(for: workers) {
      DispatchQueue.concurrentPerform(iterations: workers) { _ in work() }
    } else {
      work()
    }
    if let first = failures.withLock({ $0.min { $0.key < $1.key } }) { throw first.value }
  }

  /// Whether threads fit the address space; Dispatch waits forever for one it cannot create.
  private static func hasRoom(for workers: Int) -> Bool {
    AddressSpace.limit == nil || AddressSpace.hasRoom(for: workers * (16 << 20))
  }

  /// Calls `body` once for each index, for items of much work.
  ///
  /// Items of similar size run in parallel, one per thread. The remaining items run one after
  /// another, each with all threads ``within``.
  ///
  /// - Parameters:
  ///   - sizes: work per item; at most a factor of 2 apart in each batch of parallel items.
  ///   - body: receives the index of an item.
  package func forEachLarge(_ sizes: [Int], _ body: @Sendable (Int) -> Void) {
    let order = sizes.indices.sorted { (sizes[$1], $0) < (sizes[$0], $1) }
    var sideBySide = 0
    while sideBySide + threads <= order.count,
      2 * sizes[order[sideBySide + threads - 1]] >= sizes[order[sideBySide]]
    { sideBySide += threads }
    forEach(sideBySide) { body(order[$0]) }
    Self.$within.withValue(self) {
      for index in order[sideBySide...] { body(index) }
    }
  }

  /// Results of `body` for each index below `count`, in order.
  package func map<Result: Sendable, Failure: Error>(
    _ count: Int, _ body: @Sendable (Int) throws(Failure) -> Result
  ) throws(Failure) -> [Result] {
    var results = [Result?](repeating: nil, count: count)
    try forEachInPlace(&results) { (index, result: inout Result?) throws(Failure) in
      result = try body(index)
    }
    return results.compactMap { $0 }
  }

  /// Results of `body` for each item, in order; see ``forEachLarge(_:_:)``.
  package func mapLarge<Result: Sendable>(
    _ sizes: [Int], _ body: @Sendable (Int) -> Result
  ) -> [Result] {
    var results = [Result?](repeating: nil, count: sizes.count)
    forEachInPlaceLarge(&results, sizes: sizes) { $1 = body($0) }
    return results.compactMap { $0 }
  }

  /// Lets `body` change every element of an array in place; see ``forEachLarge(_:_:)``.
  package func forEachInPlaceLarge<Element: Sendable>(
    _ elements: inout [Element], sizes: [Int], _ body: @Sendable (Int, inout Element) -> Void
  ) {
    precondition(sizes.count == elements.count, "\(sizes.count) sizes, \(elements.count) elements")
    unsafe elements.withUnsafeMutableBufferPointer { buffer in
      // Every index is visited once, so no two threads touch the same element.
      let shared = unsafe Shared(buffer)
      forEachLarge(sizes) { index in unsafe body(index, &shared.buffer[index]) }
    }
  }

  /// Lets `body` change every element of an array in place.
  package func forEachInPlace<Element: Sendable, Failure: Error>(
    _ elements: inout [Element], _ body: @Sendable (Int, inout Element) throws(Failure) -> Void
  ) throws(Failure) {
    let count = elements.count
    var failure: Failure?
    unsafe elements.withUnsafeMutableBufferPointer { buffer in
      // Every index is visited once, so no two threads touch the same element.
      let shared = unsafe Shared(buffer)
      do throws(Failure) {
        try forEach(count) { (index) throws(Failure) in
          try unsafe body(index, &shared.buffer[index])
        }
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
  }

  /// Lets `body` fill an array in pieces of at most `size` elements, given the start of each.
  package func fill<Element: Sendable, Failure: Error>(
    _ elements: inout [Element], by size: Int,
    _ body: @Sendable (Int, inout MutableSpan<Element>) throws(Failure) -> Void
  ) throws(Failure) {
    var failure: Failure?
    unsafe elements.withUnsafeMutableBufferPointer { buffer in
      do throws(Failure) {
        try unsafe fill(buffer, by: size, body)
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
  }

  private func fill<Element: Sendable, Failure: Error>(
    _ elements: UnsafeMutableBufferPointer<Element>, by size: Int,
    _ body: @Sendable (Int, inout MutableSpan<Element>) throws(Failure) -> Void
  ) throws(Failure) {
    // The pieces do not overlap.
    let shared = unsafe Shared(elements)
    let count = elements.count
    // `size` is 0 for a matrix without columns.
    guard count > 0 else { return }
    try forEach((count + size - 1) / size) { (piece) throws(Failure) in
      let start = piece * size
      let part = unsafe UnsafeMutableBufferPointer(
        rebasing: shared.buffer[start..<min(start + size, count)])
      var span = unsafe MutableSpan(_unsafeElements: part)
      try body(start, &span)
    }
  }
}

extension Parallel {
  /// Array of floats that `body` sets in pieces of at most `size` elements.
  ///
  /// `body` receives each piece's start and must set every element.
  package func floats<Failure: Error>(
    _ count: Int, by size: Int,
    _ body: @Sendable (Int, inout MutableSpan<Float>) throws(Failure) -> Void
  ) throws(Failure) -> [Float] {
    var failure: Failure?
    let values = unsafe LargeArray.filled(count) { buffer in
      do throws(Failure) {
        try unsafe fill(buffer, by: size, body)
      } catch {
        failure = error
        unsafe buffer.initialize(repeating: 0)
      }
    }
    if let failure { throw failure }
    return values
  }
}

/// Buffer for concurrent access to disjoint elements.
@unsafe struct Shared<Element>: @unchecked Sendable {
  let buffer: UnsafeMutableBufferPointer<Element>
  init(_ buffer: UnsafeMutableBufferPointer<Element>) { unsafe self.buffer = buffer }
}
