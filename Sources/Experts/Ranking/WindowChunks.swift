/// Consecutive windows that are worked on together, so that memory does not grow with their number.
package enum WindowChunks {
  /// - Parameters:
  ///   - lengths: of the windows.
  ///   - size: at most so many positions in a chunk, but at least one window.
  /// - Returns: ranges of windows, in order.
  package static func chunks(_ lengths: [Int], size: Int) -> [Range<Int>] {
    var chunks: [Range<Int>] = []
    var start = 0
    var sum = 0
    for (index, length) in lengths.enumerated() {
      if index > start, sum + length > size {
        chunks.append(start..<index)
        (start, sum) = (index, 0)
      }
      sum += length
    }
    if start < lengths.count { chunks.append(start..<lengths.count) }
    return chunks
  }
}
