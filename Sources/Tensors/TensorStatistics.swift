import Kernels

/// Statistics of a tensor's values; extremes, mean and deviation are those of finite values.
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

  /// Computes the statistics of a tensor piece by piece.
  ///
  /// - Parameter tensor: a tensor of a type that ``ElementType/isDecodable``.
  /// - Throws: errors of reading.
  package init(_ tensor: OpenTensor) throws(TensorError) {
    let elementType = tensor.description.elementType
    // Whole blocks of the element type and, if those are small, of a container.
    let piece = (3 << 20) / elementType.block.bytes * elementType.block.bytes
    let byteCount = tensor.description.byteCount
    for start in stride(from: 0, to: byteCount, by: piece) {
      let range = start..<Swift.min(start + piece, byteCount)
      summary.merge(elementType.summary(of: try tensor.read(range)))
    }
  }
}

extension ElementType {
  fileprivate func summary(of bytes: [UInt8]) -> ValueSummary {
    switch self {
    case .bf16, .f16, .f32, .c64: ValueSummary(floats(bytes))
    case .q10, .q20, .q40, .q41, .q50, .q51, .q80, .q81, .q2K, .q3K, .q4K, .q5K, .q6K, .q8K, .iq1S,
      .iq1M, .iq2XXS, .iq2XS, .iq2S, .iq3XXS, .iq3S, .iq4NL, .iq4XS, .tq10, .tq20, .mxfp4, .nvfp4:
      ValueSummary(floats(bytes))
    case .bool, .u8, .i8, .u16, .i16, .u32, .i32, .u64, .i64, .f64, .f8E5M2, .f8E4M3, .f8E8M0,
      .f8E4M3FNUZ, .f8E5M2FNUZ, .f4, .f6E2M3, .f6E3M2:
      ValueSummary(doubles(bytes))
    }
  }
}
