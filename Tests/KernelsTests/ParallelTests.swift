import Foundation
import Kernels
import Synchronization
import TestSupport
import Testing

@Suite struct ParallelTests {
  struct Failure: Error, Equatable { let index: Int }

  @Test(arguments: 1...8)
  func `every index is visited once`(threads: Int) {
    for count in [0, 1, 2, 7, 100] {
      let visits = Mutex([Int](repeating: 0, count: count))
      Parallel(threads: threads).forEach(count) { index in visits.withLock { $0[index] += 1 } }
      #expect(visits.withLock { $0 } == [Int](repeating: 1, count: count))
    }
  }

  @Test(arguments: 1...8)
  func `results come in the order of their indices`(threads: Int) {
    let found = Parallel(threads: threads).map(50) { index in
      // Jobs that start first end last.
      if index < 4 { usleep(useconds_t(2000 * (4 - index))) }
      return index * index
    }
    #expect(found == (0..<50).map { $0 * $0 })
  }

  @Test(arguments: 1...8)
  func `of several errors that of the lowest index is thrown`(threads: Int) {
    let parallel = Parallel(threads: threads)
    for _ in 0..<20 {
      #expect(throws: Failure(index: 3)) {
        try parallel.forEach(100) { (index) throws(Failure) in
          if index == 3 { usleep(500) }
          if index >= 3 { throw Failure(index: index) }
        }
      }
    }
    #expect(throws: Failure(index: 5)) {
      try parallel.map(9) { (index) throws(Failure) in
        guard index != 5 else { throw Failure(index: index) }
        return index
      }
    }
  }

  @Test(arguments: 1...8)
  func `elements are changed in place`(threads: Int) {
    var elements = Array(0..<77)
    Parallel(threads: threads).forEachInPlace(&elements) { index, element in
      element = element * 2 + index
    }
    #expect(elements == (0..<77).map { 3 * $0 })
  }

  @Test(arguments: 1...8, [1, 3, 10, 1000])
  func `pieces fill an array from where they start`(threads: Int, size: Int) {
    for count in [0, 1, 10, 31] {
      var values = [Int](repeating: -1, count: count)
      let lengths = Mutex<[Int: Int]>([:])
      Parallel(threads: threads).fill(&values, by: size) { start, span in
        let length = span.count
        lengths.withLock { $0[start] = length }
        for index in 0..<length { span[index] = start + index }
      }
      #expect(values == Array(0..<count))
      let starts = lengths.withLock { $0 }
      #expect(starts.keys.sorted() == Array(stride(from: 0, to: count, by: size)))
      #expect(starts.allSatisfy { $0.value == min(size, count - $0.key) })
    }
  }

  @Test func `a piece that fails is an error`() {
    var values = [Int](repeating: 0, count: 10)
    #expect(throws: Failure(index: 4)) {
      try Parallel(threads: 3).fill(&values, by: 2) { (start, _) throws(Failure) in
        if start >= 4 { throw Failure(index: start) }
      }
    }
  }

  @Test func `large items are each done once, and none alone beside a small one`() {
    let cases: [([Int], shared: Set<Int>)] = [
      ([], []), ([9], [0]), ([512, 2], [0, 1]), ([2, 512, 300], [0]), ([5, 5, 5], [2]),
      ([1, 9, 1, 9], []), ([9, 8, 9, 8, 1], [4]),
    ]
    for (sizes, shared) in cases {
      let done = Mutex<[Int: Int]>([:])
      Parallel(threads: 2).forEachLarge(sizes) { index in
        done.withLock { #expect($0.updateValue(Parallel.within.threads, forKey: index) == nil) }
      }
      let threads = done.withLock { $0 }
      #expect(threads.keys.sorted() == Array(sizes.indices))
      #expect(Set(threads.filter { $0.value == 2 }.keys) == shared, "\(sizes)")
    }
  }

  @Test func `the number of threads does not change a bit`() {
    var numbers = RandomNumbers(seed: 9)
    let weights = numbers.matrix(150, 200)
    let inputs = (0..<12).map { numbers.matrix(5 + 7 * $0, 200) }
    let products = (1...8).map { threads in
      Parallel(threads: threads).map(inputs.count) { inputs[$0].timesTransposed(weights) }
    }
    for product in products.dropFirst() { #expect(product == products[0]) }
  }
}
