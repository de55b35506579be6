import ByteIO
import COpenBLAS
import Dispatch
import Synchronization

/// The one parallel loop: work over items that do not depend on each other.
///
/// Which thread takes which item changes from run to run; what an item yields does not, as every
/// product inside runs on one thread. Sums over items are for the caller to join, in order.
package struct Parallel: Sendable {
  /// One thread.
  package static let serial = Parallel(threads: 1)

  /// The threads that work inside of an item may share: one, while items run side by side.
  @TaskLocal package static var within = Parallel.serial

  /// How many threads work at a time.
  package let threads: Int

  /// - Parameter threads: at least 1.
  package init(threads: Int) {
    precondition(threads > 0, "no threads")
    self.threads = threads
    openblas_set_num_threads(1)
  }

  /// Calls `body` once for each index below `count`; the first error by index is thrown.
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

  /// Where a thread cannot be had, Dispatch waits for one for ever.
  private static func hasRoom(for workers: Int) -> Bool {
    AddressSpace.limit == nil || AddressSpace.hasRoom(for: workers * (16 << 20))
  }

  /// Calls `body` once for each index, for items of much work: as many side by side as there are
  /// threads, and what is left over one after the other, with all threads ``within`` each.
  ///
  /// - Parameters:
  ///   - sizes: how much work each item is; beside a large one no thread is left with a small one.
  ///   - body: gets the index of an item.
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

  /// The results of `body` for each index below `count`, in order.
  package func map<Result: Sendable, Failure: Error>(
    _ count: Int, _ body: @Sendable (Int) throws(Failure) -> Result
  ) throws(Failure) -> [Result] {
    var results = [Result?](repeating: nil, count: count)
    try forEachInPlace(&results) { (index, result: inout Result?) throws(Failure) in
      result = try body(index)
    }
    return results.compactMap { $0 }
  }

  /// The results of `body` for each item, in order; see ``forEachLarge(_:_:)``.
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

  /// Lets `body` fill an array in pieces of at most `size` elements; it gets where a piece starts.
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
    // Of a matrix without columns a piece is nothing too.
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
  /// An array of floats that `body` fills in pieces of at most `size`; it gets where a piece starts, and
  /// gives every element a value.
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

/// A buffer whose users promise to touch disjoint elements.
@unsafe struct Shared<Element>: @unchecked Sendable {
  let buffer: UnsafeMutableBufferPointer<Element>
  init(_ buffer: UnsafeMutableBufferPointer<Element>) { unsafe self.buffer = buffer }
}
