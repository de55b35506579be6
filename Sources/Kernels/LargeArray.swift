import Glibc

/// Arrays of floats that are too large to be filled twice.
enum LargeArray {
  /// From here on an array has pages of its own.
  private static let least = 1 << 22

  /// An array whose elements `body` gives a value, all of them.
  ///
  /// Large ones get large pages, where the system has them for those who ask.
  static func filled(
    _ count: Int, _ body: (UnsafeMutableBufferPointer<Float>) -> Void
  ) -> [Float] {
    unsafe [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      let bytes = count * MemoryLayout<Float>.stride
      if bytes >= least, let start = UnsafeMutableRawPointer(buffer.baseAddress) {
        let page = Int(getpagesize())
        let first = unsafe start.alignedUp(toMultipleOf: page)
        let last = unsafe (start + bytes).alignedDown(toMultipleOf: page)
        _ = unsafe madvise(first, last - first, MADV_HUGEPAGE)
      }
      unsafe body(UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
      initialized = count
    }
  }
}
