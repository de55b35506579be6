import Glibc

/// Allocation of large float arrays without filling them with zeros first.
enum LargeArray {
  /// Bytes from which an array has pages of its own.
  private static let least = 1 << 22

  /// Array whose elements are all set by `body`.
  ///
  /// Large arrays get huge pages, if the system grants them on request.
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
