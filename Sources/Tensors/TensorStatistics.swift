import Kernels

/// What the values of a tensor are like; extremes, mean and deviation are those of finite values.
package struct TensorStatistics: Sendable, Equatable {
  private var summary = ValueSummary()

  package init() {}

  package var count: Int { summary.count }
  package var zero: Int { summary.zero }
  package var nan: Int { summary.nan }
  package var infinity: Int { summary.infinity }
  package var min: Double? { summary.finite > 0 ? summary.min : nil }
  package var max: Double? { summary.finite > 0 ? summary.max : nil }
  package var mean: Double? { summary.finite > 0 ? summary.mean : nil }

  /// Over all finite values, not an estimate from a sample.
  package var standardDeviation: Double? {
    summary.finite > 0 ? (summary.squares / Double(summary.finite)).squareRoot() : nil
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
    // Whole blocks of the element type, and, of types whose blocks are small, of a container.
    let piece = (3 << 20) / elementType.block.bytes * elementType.block.bytes
    var start = 0
    while start < byteCount {
      let end = Swift.min(start + piece, byteCount)
      summary.merge(elementType.summary(of: try read(start..<end)))
      start = end
    }
  }
}

extension ElementType {
  fileprivate func summary(of bytes: [UInt8]) -> ValueSummary {
    switch self {
    case .bf16, .f16, .f32, .c64: ValueSummary(floats(bytes))
    case _ where isQuantized: ValueSummary(floats(bytes))
    default: ValueSummary(doubles(bytes))
    }
  }
}
