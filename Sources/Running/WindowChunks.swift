/// Groups of consecutive windows that are processed together, which bounds memory.
package enum WindowChunks {
  /// - Parameters:
  ///   - lengths: lengths of the windows.
  ///   - size: maximum positions of a chunk; a longer window is a chunk of its own.
  /// - Returns: ranges of window indices, in order.
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
