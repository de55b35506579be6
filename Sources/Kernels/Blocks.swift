/// Iteration over arrays in blocks of a fixed size.
package enum Blocks {
  /// Calls `body` with each block of `source` and the matching block of `target`.
  ///
  /// Inlined, so that with literal sizes the compiler removes bounds checks and vectorises `body`.
  ///
  /// - Parameters:
  ///   - source: a whole number of blocks.
  ///   - size: elements per block of `source`.
  ///   - target: the same number of blocks.
  ///   - targetSize: elements per block of `target`.
  ///   - body: reads a source block and fills a target block.
  @inlinable @inline(__always)
  package static func forEach<Source: BitwiseCopyable, Target: BitwiseCopyable>(
    _ source: Span<Source>, by size: Int, into target: inout MutableSpan<Target>,
    by targetSize: Int, _ body: (Span<Source>, inout MutableSpan<Target>) -> Void
  ) {
    let count = source.count / size
    precondition(
      count * size == source.count && count * targetSize == target.count,
      "\(source.count) elements in blocks of \(size) for \(target.count) in blocks of \(targetSize)"
    )
    unsafe source.withUnsafeBufferPointer { source in
      unsafe target.withUnsafeMutableBufferPointer { target in
        guard let from = source.baseAddress, let to = target.baseAddress else { return }
        for index in 0..<count {
          let block = unsafe Span(_unsafeStart: from + index * size, count: size)
          var values = unsafe MutableSpan(_unsafeStart: to + index * targetSize, count: targetSize)
          body(block, &values)
        }
      }
    }
  }
}
