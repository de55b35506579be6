extension [Float] {
  /// Index of the first element that is NaN or infinite; nil if all are finite.
  package func firstNotFinite(parallel: Parallel = .serial) -> Int? {
    let piece = 1 << 16
    guard count > piece else { return firstNotFinite(in: 0..<count) }
    let found = parallel.map((count + piece - 1) / piece) { index -> Int in
      let start = index * piece
      return firstNotFinite(in: start..<Swift.min(start + piece, count)) ?? -1
    }
    return found.first { $0 >= 0 }
  }

  private func firstNotFinite(in range: Range<Int>) -> Int? {
    let exponent: UInt32 = 0x7F80_0000
    // An exponent of all ones overflows into the sign bit.
    var sums: UInt32 = 0
    unsafe withUnsafeBufferPointer { values in
      for index in range {
        unsafe sums |= (values[index].bitPattern & exponent) &+ 0x0080_0000
      }
    }
    guard sums & 0x8000_0000 != 0 else { return nil }
    return range.first { !self[$0].isFinite }
  }
}

extension Matrix {
  /// First row with an element that is NaN or infinite; nil if all are finite.
  package var firstRowNotFinite: Int? {
    values.firstNotFinite(parallel: .within).map { $0 / columns }
  }
}
