/// Runs over arrays in blocks of a fixed size.
package enum Blocks {
  /// Calls `body` for each block of `source` and the block of `target` that it stands for.
  ///
  /// Inlined, so that with literal sizes every index that follows from them is known to lie within,
  /// and the loops of `body` become vector code.
  ///
  /// - Parameters:
  ///   - source: whole blocks.
  ///   - size: the elements of a block of `source`.
  ///   - target: as many whole blocks.
  ///   - targetSize: the elements of a block of `target`.
  ///   - body: reads a block and fills another.
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
