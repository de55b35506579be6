/// What the values of a tensor are like; extremes, mean and deviation are those of finite values.
package struct TensorStatistics: Sendable, Equatable {
  package private(set) var count = 0
  package private(set) var zero = 0
  package private(set) var nan = 0
  package private(set) var infinity = 0
  package private(set) var min: Double?
  package private(set) var max: Double?
  private var finite = 0
  private var runningMean = 0.0
  /// `Σ (x − mean)²` of the finite values, kept by Welford's recurrence.
  private var squares = 0.0

  package init() {}

  package var mean: Double? { finite > 0 ? runningMean : nil }

  /// Over all finite values, not an estimate from a sample.
  package var standardDeviation: Double? {
    finite > 0 ? (squares / Double(finite)).squareRoot() : nil
  }

  package mutating func add(_ values: [Double]) {
    for value in values {
      count += 1
      if value == 0 { zero += 1 }
      guard value.isFinite else {
        if value.isNaN { nan += 1 } else { infinity += 1 }
        continue
      }
      finite += 1
      let difference = value - runningMean
      runningMean += difference / Double(finite)
      squares += difference * (value - runningMean)
      min = Swift.min(min ?? value, value)
      max = Swift.max(max ?? value, value)
    }
  }

  /// The statistics of a tensor of some type, read piece by piece.
  ///
  /// - Parameters:
  ///   - elementType: how the elements are stored.
  ///   - byteCount: the bytes of the tensor.
  ///   - read: the tensor's bytes in a range.
  /// - Throws: what reading throws.
  package init(
    _ elementType: ElementType, byteCount: Int,
    read: (Range<Int>) throws(TensorError) -> [UInt8]
  ) throws(TensorError) {
    self.init()
    // A whole number of blocks of every element type.
    let piece = 3 << 20
    var start = 0
    while start < byteCount {
      let end = Swift.min(start + piece, byteCount)
      add(elementType.doubles(try read(start..<end)))
      start = end
    }
  }
}
