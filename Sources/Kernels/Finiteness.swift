extension [Float] {
  /// Index of the first element that is NaN or infinite; nil if all are finite.
  package func firstNotFinite(parallel: Parallel = .serial) -> Int? {
    first(atLeast: Float.infinity.exponentBits, parallel: parallel)
  }

  /// Index of the first element that is NaN or of a magnitude of at least 2⁶³; nil if there is none.
  ///
  /// Sums of squares of such elements, as norms take them, overflow.
  package func firstOverflowing(parallel: Parallel = .serial) -> Int? {
    first(atLeast: (0x1p63 as Float).exponentBits, parallel: parallel)
  }

  /// Index of the first element with an exponent of at least this one.
  private func first(atLeast exponent: UInt32, parallel: Parallel) -> Int? {
    let piece = 1 << 16
    guard count > piece else { return first(atLeast: exponent, in: 0..<count) }
    let found = parallel.map((count + piece - 1) / piece) { index -> Int in
      let start = index * piece
      return first(atLeast: exponent, in: start..<Swift.min(start + piece, count)) ?? -1
    }
    return found.first { $0 >= 0 }
  }

  private func first(atLeast exponent: UInt32, in range: Range<Int>) -> Int? {
    // Large exponents overflow into the sign bit.
    let addend = 0x8000_0000 - exponent
    var sums: UInt32 = 0
    unsafe withUnsafeBufferPointer { values in
      for index in range {
        unsafe sums |= values[index].exponentBits &+ addend
      }
    }
    guard sums & 0x8000_0000 != 0 else { return nil }
    return range.first { self[$0].exponentBits >= exponent }
  }
}

extension Float {
  /// Bits of the exponent, in their place.
  fileprivate var exponentBits: UInt32 { bitPattern & 0x7F80_0000 }
}

extension Matrix {
  /// First row with an element that is NaN or infinite; nil if all are finite.
  package var firstRowNotFinite: Int? {
    values.firstNotFinite(parallel: .within).map { $0 / columns }
  }

  /// First row with an element that is NaN or of a magnitude of at least 2⁶³; nil if there is none.
  package var firstRowOverflowing: Int? {
    values.firstOverflowing(parallel: .within).map { $0 / columns }
  }
}
