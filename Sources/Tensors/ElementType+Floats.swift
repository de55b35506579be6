package import Kernels

extension ElementType {
  /// All elements of a tensor as floats, read and decoded in pieces by several threads.
  ///
  /// - Parameters:
  ///   - count: number of elements in the tensor.
  ///   - parallel: the loop over pieces.
  ///   - read: reads a range of the tensor's bytes.
  /// - Returns: `count` floats, in the order of the tensor.
  /// - Throws: the error of the first piece that could not be read.
  package func floats(
    count: Int, parallel: Parallel, read: @Sendable (Range<Int>) throws(TensorError) -> [UInt8]
  ) throws(TensorError) -> [Float] {
    let piece = 1 << 20
    return try parallel.floats(count, by: piece) { (start, span) throws(TensorError) in
      let lower = start / block.elements * block.bytes
      let upper = lower + (span.count + block.elements - 1) / block.elements * block.bytes
      decode(try read(lower..<upper), into: &span)
    }
  }

  /// Rounds floats to the values that they have in a type that ``isEncodable``.
  ///
  /// - Parameters:
  ///   - values: whole blocks.
  ///   - parallel: the loop over pieces.
  package func round(_ values: inout [Float], parallel: Parallel) {
    precondition(values.count % block.elements == 0, "\(values.count) values are no whole blocks")
    // A piece is a whole number of blocks of any type.
    parallel.fill(&values, by: 1 << 16) { _, span in
      let bytes = encode(span.indices.map { span[$0] })
      decode(bytes, into: &span)
    }
  }
}
